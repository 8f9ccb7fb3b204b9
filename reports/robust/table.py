"""Robustness for people: each contender's worst cases, each hypothesis's row, and what can be concluded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from reports import words
from reports.columns import Block, Column, Row, Sheet
from reports.compare.rank_column import heading
from reports.documents.robustness import RobustContender, RobustnessDocument, WorstCase
from reports.ranking.called import in_full
from reports.robust.cell_text import cell_text
from reports.robust.wording import missing
from reports.units import alike, unit_of
from strategies.presentation.words import counted, share

RANKED_DIGITS = 4
"""Of the figure that ranks: contenders that were chosen by it hardly differ."""


def table(robustness: RobustnessDocument) -> Sheet:
    """Each contender's worst cases, best first."""
    contenders, by = robustness["contenders"], robustness["ranked_by"]
    judged = any(one["met_under"] is not None for one in contenders)
    ranked = _ranked(contenders)
    rows = [_row(place, *each, judged) for place, each in enumerate(zip_longest(contenders, ranked), start=1)]
    return Sheet(
        title=_title(robustness),
        columns=list(_columns(judged, len(robustness["hypotheses"]), by if ranked else None)),
        blocks=[Block(rows)],
        caption=_caption(robustness),
        named_by=2,
    )


def matrix(robustness: RobustnessDocument) -> Sheet:
    """A row for each hypothesis, a column for each contender: the best ones stay longest."""
    many = len(robustness["contenders"])
    contenders = [
        Column(one["contender"].replace("-", "\n"), falls=1 + many - place)
        for place, one in enumerate(robustness["contenders"])
    ]
    return Sheet(
        title="share of the best possible under each limiter",
        columns=[Column("limiter"), Column("at\nbest", "s", falls=1), *contenders],
        blocks=[Block([_cells(robustness, place) for place in range(len(robustness["hypotheses"]))])],
        caption="−: so much of the mail was lost, dead-lettered or left unsent" + _legend(robustness),
    )


def sentences(robustness: RobustnessDocument) -> list[str]:
    """The conclusions under what kind they are of, and the notes."""
    return [
        *(f"{one['kind']}: {one['sentence']}" for one in robustness["conclusions"]),
        *(f"note: {note}" for note in _notes(robustness)),
    ]


def _title(robustness: RobustnessDocument) -> str:
    limiters, runs = (
        counted(len(robustness["hypotheses"]), "limiter"),
        counted(robustness["replications"], "replication"),
    )
    return f"{robustness['scenario']} under {limiters}, seed {robustness['seed']}, {runs} of each"


def _caption(robustness: RobustnessDocument) -> str:
    submitted = max(cell["recipients"]["submitted"] for one in robustness["contenders"] for cell in one["cells"])
    return f"{counted(submitted, 'recipient')}; the worst of each figure over all limiters"


def _columns(judged: bool, hypotheses: int, by: str | None) -> Iterator[Column]:
    """What is worst always stays, and under what for as long as there is room."""
    yield from (Column("#"), Column("contender"))
    if judged:
        yield Column(f"meets\nall, of\n{hypotheses}")
    yield Column("not ac-\ncepted")
    yield Column("loss\nunder", falls=2)
    yield Column("of\nbest", note="share of the best possible under the same limiter, where all was accepted")
    yield Column("best\nunder", falls=3)
    yield Column("p99", "s", note="latency from the intended instant, what was not accepted being infinitely late")
    yield Column("p99\nunder", falls=1)
    if by is not None:
        words = heading(by).replace("_of_all", "\nof all").replace("_per_", "\nper ")
        yield Column(words, unit_of(by).strip(), note="it ranks: the worst of each replication, of these the mean")


def _ranked(contenders: Sequence[RobustContender]) -> list[str]:
    """The figure by which the scenario ranks, of each; nothing where it ranks by none."""
    cases = [one["ranked"] for one in contenders if "ranked" in one]
    values = alike([case["value"] for case in cases], RANKED_DIGITS)
    return ["∞" if case["infinite"] else value for case, value in zip(cases, values, strict=True)]


def _row(place: int, one: RobustContender, ranked: str | None, judged: bool) -> Row:
    worst = one["worst"]
    lost, efficiency, p99_s = worst["not_accepted_share"], worst["efficiency"], worst["latency_p99_s"]
    return [
        str(place),
        one["contender"],
        *([str(one["met_under"] if one["met_under"] is not None else "-")] if judged else []),
        missing(lost["value"]) if lost["value"] else "0",
        _under(lost),
        "-" if efficiency["value"] is None else share(efficiency["value"], 1),
        _under(efficiency),
        "∞" if p99_s["infinite"] else words.seconds(p99_s["value"]),
        _under(p99_s),
        *([] if ranked is None else [ranked]),
    ]


def _under(case: WorstCase) -> str:
    return case["under"] or "-"


def _cells(robustness: RobustnessDocument, place: int) -> Row:
    hypothesis, contenders = robustness["hypotheses"][place], robustness["contenders"]
    best_s = words.seconds(hypothesis["bound"]["makespan_s"])
    return [hypothesis["name"], best_s, *(cell_text(one["cells"][place]) for one in contenders)]


def _legend(robustness: RobustnessDocument) -> str:
    judged = any(one["met_under"] is not None for one in robustness["contenders"])
    return "; ✓, ✗, ?: all thresholds are met, one is not, or one is inconclusive" if judged else ""


def _notes(robustness: RobustnessDocument) -> Iterator[str]:
    yield from (f"{one['name']} is left out: {one['why']}" for one in robustness["left_out"])
    yield from (in_full(one["contender"], one) for one in robustness["contenders"] if "chosen_settings" in one)
    yield from robustness["notes"]
