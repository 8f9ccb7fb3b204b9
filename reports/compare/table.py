"""The comparison for people: a table of the strategies, best first, and sentences below it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from reports import words
from reports.columns import Block, Column, Row, Sheet
from reports.compare.bill import said_of
from reports.compare.break_even import break_even_sentences
from reports.compare.month_column import month_cells, of_month
from reports.compare.part_columns import of_parts, p99_s_of, parts_in
from reports.documents.comparison import ComparisonDocument, ExplainedEntry, PrecisionTable
from reports.ranking.answer import Ranks, answer, ranking_of
from reports.ranking.called import called
from reports.ranking.ranking import Ranked
from reports.ranking.typical import typical
from reports.statistics.medians import LEAST
from reports.threshold_lines import threshold_lines
from reports.units import MARKS
from strategies.presentation.words import count, counted, share

LATENCY = "latency from the intended instant"
TIED = "equal where the figure that ranks is, or where the 95 % interval of the paired differences contains zero"
MEDIAN = "median"
MORE = ": --replications tells what is luck"  # a load test has no such option
MARGIN = "median ± the wider half of its 95 % interval"


def table(comparison: ComparisonDocument) -> Sheet:
    """The ranking, complete without colour; figures are means over the replications, times are seconds in any run."""
    ranks, is_judged = ranking_of(comparison), bool(comparison.get("thresholds"))
    parts = parts_in(one.entry for one in ranks)
    return Sheet(
        title=title(comparison),
        columns=[
            *_columns(comparison, ranks, parts, is_judged),
            *of_month(comparison["strategies"], falls=7 + len(parts)),
        ],
        blocks=[Block(rows) for rows in _tiers(ranks, parts, is_judged)],
        caption=_caption(comparison),
        named_by=2,
        lead=answer(comparison),
    )


def sentences(comparison: ComparisonDocument) -> list[str]:
    """One for each strategy, in the table's order, a few on who is cheaper where, thresholds, and the runs' notes."""
    return [
        *explanations(comparison),
        *break_even_sentences(comparison),
        *threshold_lines(comparison.get("thresholds", ())),
        *notes(comparison),
    ]


def explanations(comparison: ComparisonDocument) -> list[str]:
    """A sentence for each strategy, in the table's order."""
    return [f"{called(one.entry)}: {one.entry['explanation']}" for one in ranking_of(comparison)]


def notes(comparison: ComparisonDocument) -> list[str]:
    """What a reader should know of the runs before the figures are believed."""
    warnings = dict.fromkeys(warning for entry in comparison["strategies"] for warning in entry["warnings"])
    return [f"note: {warning}" for warning in warnings]


def _columns(comparison: ComparisonDocument, ranks: Ranks, parts: Sequence[str], is_judged: bool) -> list[Column]:
    """Fates and makespan always stay: what is fast because it lost mail must be seen to have lost it."""
    return [
        Column("#", note=TIED if _any_tied(ranks) else ""),
        Column("strategy"),
        *([Column("meets\nall")] if is_judged else []),
        Column("accept-\ned"),
        Column("lost"),
        Column("DLQ"),
        Column("pend-\ning"),
        Column("dup"),
        Column("makespan", "s", note=_note_on_makespan(ranks)),
        Column("of\nbest", falls=5, note=MEDIAN if _are_medians(ranks) else ""),
        Column("p50", "s", falls=1, note=LATENCY),
        Column("p99", "s", falls=6, note=LATENCY),
        *of_parts(parts, falls=7, note=LATENCY),
        Column(f"peak 1 s\n/ {comparison['account']['max_send_rate_per_s']:g}", falls=4),
        Column("throttled\ncalls", falls=3),
        Column("$ per\nmillion", falls=2),
    ]


def _any_tied(ranks: Ranks) -> bool:
    return len({one.place for one in ranks}) < len(ranks)


def _note_on_makespan(ranks: Ranks) -> str:
    if any("makespan_s" in one.entry["ci95"] for one in ranks):
        return MARGIN
    return MEDIAN if _are_medians(ranks) else ""


def _are_medians(ranks: Ranks) -> bool:
    return any("medians" in one.entry for one in ranks)


def _tiers(ranks: Ranks, parts: Sequence[str], is_judged: bool) -> Iterator[list[Row]]:
    """What meets the requirement, what lost nothing, did not finish, and lost mail, apart from each other."""
    months = month_cells([one.entry for one in ranks])
    for _, alike in groupby(zip(ranks, months, strict=True), key=lambda both: both[0].kind):
        yield [[_place(one, ranks), *_cells(one, parts, is_judged), *month] for one, month in alike]


def _place(one: Ranked[ExplainedEntry], ranks: Ranks) -> str:
    is_shared = sum(other.place == one.place for other in ranks) > 1
    return f"{one.place}{'=' if is_shared else ''}"


def _cells(one: Ranked[ExplainedEntry], parts: Sequence[str], is_judged: bool) -> Row:
    entry = one.entry
    recipients, latency_s = entry["recipients"], entry["latency_s"]
    efficiency, usd = typical(entry, "efficiency"), entry["cost_per_million_usd"]
    return [
        entry["strategy"],
        *([MARKS[one.requirement] if one.requirement else "-"] if is_judged else []),
        share(recipients["accepted"], recipients["submitted"]),
        *(count(recipients[fate]) for fate in ("lost", "dead_lettered", "pending", "duplicated")),
        words.with_margin(typical(entry, "makespan_s"), entry["ci95"].get("makespan_s")),
        "-" if efficiency is None else share(efficiency, 1),
        words.seconds(latency_s["p50"]),
        words.seconds(latency_s["p99"]),
        *map(words.seconds, p99_s_of(entry, parts)),
        count(entry["peak_1s"]),
        count(entry["calls"]["throttled"]),
        "-" if usd is None else f"{usd:,.2f}",
    ]


def title(comparison: ComparisonDocument) -> str:
    """What was run, in which world, and how often."""
    replications = comparison["replications"]
    runs = "" if replications == 1 else f", means of {replications} replications"
    return f"{comparison['scenario']} in {comparison['world']}, seed {comparison['seed']}{runs}"


def _caption(comparison: ComparisonDocument) -> str:
    submitted = max((entry["recipients"]["submitted"] for entry in comparison["strategies"]), default=0)
    best_s = comparison["bound"]["makespan_s"]
    best = "" if best_s is None else f"; at best all are accepted {_within(best_s)}"
    month = f"\n{said_of(comparison['bill'])}" if "bill" in comparison else ""
    return f"{counted(submitted, 'recipient')}{best}{month}{_how_sure(comparison)}"


def _how_sure(comparison: ComparisonDocument) -> str:
    """A table of one seed, or of few, does not look as if it were more."""
    if "precision" in comparison:
        return f"\n{_precisely(comparison['precision'], comparison['replications'])}"
    if len(comparison["strategies"]) < 2 or comparison["replications"] >= LEAST:
        return ""
    if comparison["replications"] == 1:
        return f"\none seed is one throw of the dice{'' if comparison['world'] == 'locust' else MORE}"
    return f"\nfewer than {LEAST} replications cannot tell what is luck"


def _precisely(precision: PrecisionTable, replications: int) -> str:
    if precision["reached"] is None:
        return f"no two contenders can be told apart by the figure that ranks, in {replications} replications"
    reached = f"{100 * precision['reached']:.2g} % after {replications} replications"
    if precision["reached"] > precision["asked"]:
        return f"paired differences of neighbours are known to within {reached}, not to {100 * precision['asked']:g} %"
    return f"paired differences of neighbours are known to within {reached}"


def _within(makespan_s: float) -> str:
    return f"in {words.seconds(makespan_s)} s" if makespan_s else "at once"
