"""The comparison for people: a table of the strategies, best first, and sentences below it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from reports import words
from reports.columns import Block, Column, Row, Sheet
from reports.compare.accounts.protected import protected
from reports.compare.accounts.table import accounts_apart
from reports.compare.accounts.tenants import tenants_apart
from reports.compare.bill import said_of
from reports.compare.break_even import break_even_sentences
from reports.compare.month_column import month_cells, of_month
from reports.compare.part_columns import key_of, of_parts, p99_s_of, parts_in
from reports.compare.rank_column import of_rank, with_rank_last
from reports.documents.comparison import ComparisonDocument, ExplainedEntry, PrecisionTable
from reports.inboxes.by_provider import by_provider
from reports.inboxes.columns import inbox_cells, of_inboxes
from reports.ranking.answer import Ranks, answer, ranking_of
from reports.ranking.called import called
from reports.ranking.ranking import Ranked
from reports.ranking.typical import typical
from reports.statistics.medians import LEAST
from reports.statistics.told_once import told_once
from reports.threshold_lines import threshold_lines
from reports.units import MARKS
from scenarios.entry import StrategyEntry
from strategies.presentation.words import count, counted, share

LATENCY = "latency from the intended instant"
TIED = "equal where the figure that ranks is, or where the 95 % interval of the paired differences contains zero"
MEDIAN = "median"
MORE = "--replications tells what is luck"
AGAIN = "--rounds tells what is luck"  # of a load test, whose clock and machine are chance enough
MARGIN = "median ± the wider half of its 95 % interval"


def table(comparison: ComparisonDocument) -> Sheet:
    """The ranking, complete without colour; figures are means over the replications, times are seconds in any run."""
    ranks = ranking_of(comparison)
    entries = [one.entry for one in ranks]
    columns, by = _columns(comparison, ranks), comparison["rank"]["by"] if "rank" in comparison else "makespan_s"
    rows, ranking = _rows(comparison, ranks), key_of(by)
    if ranking not in columns:
        columns[ranking], cells = of_rank(by, entries, MEDIAN if _are_medians(ranks) else "")
        rows = [[*row, cell] for row, cell in zip(rows, cells, strict=True)]
    return Sheet(
        title=title(comparison),
        columns=list(with_rank_last(columns, ranking).values()),
        blocks=[Block(tier) for tier in _tiers(ranks, rows)],
        caption=_caption(comparison),
        named_by=2,
        lead=answer(comparison),
    )


def providers_of(comparison: ComparisonDocument) -> Iterator[Sheet]:
    """What mailbox providers made of the first one's mail: it is much the same for all who send the same."""
    if "delivery" in comparison:
        first = ranking_of(comparison)[0].entry
        title = f"mailbox providers of {first['strategy']}"
        yield from by_provider([first], comparison["delivery"]["deadline_s"], title)


def accounts_in(comparison: ComparisonDocument) -> Iterator[Sheet]:
    """What the first one's mail met at each of several accounts, and what became of each tenant's."""
    yield from accounts_of(comparison, ranking_of(comparison)[0].entry)


def accounts_of(comparison: ComparisonDocument, entry: StrategyEntry) -> Iterator[Sheet]:
    """The same of any contender."""
    if "accounts" in comparison:
        yield from accounts_apart(comparison, entry, f"accounts of {entry['strategy']}")
    yield from tenants_apart(comparison, entry, f"tenants of {entry['strategy']}")


def arrangement_sentences(comparison: ComparisonDocument) -> list[str]:
    """What slicing costs and what it protects, where there are several accounts."""
    said = comparison["arrangement"]["said"] if "arrangement" in comparison else ""
    return [*([said] if said else []), *protected(comparison)]


def sentences(comparison: ComparisonDocument) -> list[str]:
    """One for each strategy, in the table's order, a few on who is cheaper where, thresholds, and the runs' notes."""
    return [
        *explanations(comparison),
        *arrangement_sentences(comparison),
        *break_even_sentences(comparison),
        *threshold_lines(comparison.get("thresholds", ())),
        *notes(comparison),
    ]


def explanations(comparison: ComparisonDocument) -> list[str]:
    """A sentence for each strategy, in the table's order."""
    return [f"{called(one.entry)}: {one.entry['explanation']}" for one in ranking_of(comparison)]


def notes(comparison: ComparisonDocument) -> list[str]:
    """What a reader should know of the runs before the figures are believed."""
    warnings = told_once(warning for entry in comparison["strategies"] for warning in entry["warnings"])
    return [f"note: {warning}" for warning in warnings]


def _columns(comparison: ComparisonDocument, ranks: Ranks) -> dict[str, Column]:
    """By their figures. Fates always stay: what is fast because it lost mail must be seen to have lost it."""
    entries, parts = [one.entry for one in ranks], parts_in(one.entry for one in ranks)
    return {
        "place": Column("#", note=TIED if _any_tied(ranks) else ""),
        "strategy": Column("strategy"),
        **({"meets": Column("meets\nall")} if _is_judged(comparison) else {}),
        "recipients.accepted": Column("accept-\ned"),
        "recipients.lost": Column("lost"),
        "recipients.dead_lettered": Column("DLQ"),
        "recipients.pending": Column("pend-\ning"),
        "recipients.duplicated": Column("dup"),
        "makespan_s": Column("makespan", "s", note=_note_on_makespan(ranks)),
        "efficiency": Column("of\nbest", falls=5, note=MEDIAN if _are_medians(ranks) else ""),
        "latency_s.p50": Column("p50", "s", falls=1, note=LATENCY),
        "latency_s.p99": Column("p99", "s", falls=6, note=LATENCY),
        **of_parts(parts, falls=7, note=LATENCY),
        "peak_1s": Column(f"peak 1 s\n/ {comparison['account']['max_send_rate_per_s']:g}", falls=4),
        "calls.throttled": Column("throttled\ncalls", falls=3),
        "cost_per_million_usd": Column("$ per\nmillion", falls=2),
        **of_inboxes(comparison, falls=7 + len(parts)),
        **of_month(entries, falls=11 + len(parts)),
    }


def _is_judged(comparison: ComparisonDocument) -> bool:
    return bool(comparison.get("thresholds"))


def _any_tied(ranks: Ranks) -> bool:
    return len({one.place for one in ranks}) < len(ranks)


def _note_on_makespan(ranks: Ranks) -> str:
    if any("makespan_s" in one.entry["ci95"] for one in ranks):
        return MARGIN
    return MEDIAN if _are_medians(ranks) else ""


def _are_medians(ranks: Ranks) -> bool:
    return any("medians" in one.entry for one in ranks)


def _tiers(ranks: Ranks, rows: Sequence[Row]) -> Iterator[list[Row]]:
    """What meets the requirement, what lost nothing, did not finish, and lost mail, apart from each other."""
    for _, alike in groupby(zip(ranks, rows, strict=True), key=lambda both: both[0].kind):
        yield [row for _, row in alike]


def _rows(comparison: ComparisonDocument, ranks: Ranks) -> list[Row]:
    entries, is_judged = [one.entry for one in ranks], _is_judged(comparison)
    parts = parts_in(entries)
    months = month_cells(entries)
    return [
        [_place(one, ranks), *_cells(one, parts, is_judged), *inbox_cells(one.entry, comparison), *month]
        for one, month in zip(ranks, months, strict=True)
    ]


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
    many = comparison["replications"]
    runs = "" if many == 1 else f", means of {many} {repetitions(comparison)}"
    return f"{comparison['scenario']} in {comparison['world']}, seed {comparison['seed']}{runs}"


def repetitions(comparison: ComparisonDocument) -> str:
    """What its repetitions are called: rounds have the mails of one seed."""
    return "rounds" if "rounds" in comparison else "replications"


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
        return f"\none seed is one throw of the dice: {AGAIN if comparison['world'] == 'locust' else MORE}"
    return f"\nfewer than {LEAST} {repetitions(comparison)} cannot tell what is luck"


def _precisely(precision: PrecisionTable, replications: int) -> str:
    if precision["reached"] is None:
        return f"no two contenders can be told apart by the figure that ranks, in {replications} replications"
    reached = f"{100 * precision['reached']:.2g} % after {replications} replications"
    if precision["reached"] > precision["asked"]:
        return f"paired differences of neighbours are known to within {reached}, not to {100 * precision['asked']:g} %"
    return f"paired differences of neighbours are known to within {reached}"


def _within(makespan_s: float) -> str:
    return f"in {words.seconds(makespan_s)} s" if makespan_s else "at once"
