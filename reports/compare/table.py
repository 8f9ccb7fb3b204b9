"""The comparison for people: a table of the strategies, best first, and sentences below it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from reports import words
from reports.columns import Block, Column, Row, Sheet
from reports.compare.called import called
from reports.compare.lane_columns import lanes_in, of_lanes, p99_s_of
from reports.compare.ranking import ranked, tier
from reports.documents.comparison import ComparisonDocument
from reports.threshold_line import threshold_line
from scenarios.entry import StrategyEntry
from strategies.presentation.words import count, counted, share

LATENCY = "latency from the intended instant"
MARGIN = "± half of the 95 % interval of the mean"


def table(comparison: ComparisonDocument) -> Sheet:
    """The ranking, complete without colour; figures are means over the replications, times are seconds in any run."""
    entries = ranked(comparison["strategies"])
    lanes = lanes_in(entries)
    return Sheet(
        title=title(comparison),
        columns=_columns(comparison["account"]["max_send_rate_per_s"], comparison["replications"], lanes),
        blocks=[Block(rows) for rows in _tiers(entries, lanes)],
        caption=_caption(comparison),
        named_by=2,
    )


def sentences(comparison: ComparisonDocument) -> list[str]:
    """One sentence for each strategy, in the table's order, one line for each threshold, and the notes of the runs."""
    entries = ranked(comparison["strategies"])
    warnings = dict.fromkeys(warning for entry in comparison["strategies"] for warning in entry["warnings"])
    return [
        *(f"{called(entry)}: {entry['explanation']}" for entry in entries),
        *map(threshold_line, comparison.get("thresholds", ())),
        *(f"note: {warning}" for warning in warnings),
    ]


def _columns(rate_per_s: float, replications: int, lanes: Sequence[str]) -> list[Column]:
    """Fates and makespan always stay: what is fast because it lost mail must be seen to have lost it."""
    return [
        Column("#"),
        Column("strategy"),
        Column("accept-\ned"),
        Column("lost"),
        Column("DLQ"),
        Column("pend-\ning"),
        Column("dup"),
        Column("makespan", "s", note=MARGIN if replications > 1 else ""),
        Column("of\nbest", falls=5),
        Column("p50", "s", falls=1, note=LATENCY),
        Column("p99", "s", falls=6, note=LATENCY),
        *of_lanes(lanes, falls=7, note=LATENCY),
        Column(f"peak 1 s\n/ {rate_per_s:g}", falls=4),
        Column("throttled\ncalls", falls=3),
        Column("$ per\nmillion", falls=2),
    ]


def _tiers(entries: Sequence[StrategyEntry], lanes: Sequence[str]) -> Iterator[list[Row]]:
    """What lost nothing, what did not finish, and what lost mail, apart from each other."""
    numbered = enumerate(entries, start=1)
    for _, alike in groupby(numbered, key=lambda one: tier(one[1])):
        yield [(str(place), *_cells(entry, lanes)) for place, entry in alike]


def _cells(entry: StrategyEntry, lanes: Sequence[str]) -> Row:
    recipients, latency_s = entry["recipients"], entry["latency_s"]
    efficiency, usd = entry["efficiency"], entry["cost_per_million_usd"]
    return [
        entry["strategy"],
        share(recipients["accepted"], recipients["submitted"]),
        *(count(recipients[fate]) for fate in ("lost", "dead_lettered", "pending", "duplicated")),
        words.with_margin(entry["makespan_s"], entry["ci95"].get("makespan_s")),
        "-" if efficiency is None else share(efficiency, 1),
        words.seconds(latency_s["p50"]),
        words.seconds(latency_s["p99"]),
        *map(words.seconds, p99_s_of(entry, lanes)),
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
    return f"{counted(submitted, 'recipient')}{best}"


def _within(makespan_s: float) -> str:
    return f"in {words.seconds(makespan_s)} s" if makespan_s else "at once"
