"""The comparison for people: a table of the strategies, best first, and sentences below it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from rich import box
from rich.table import Table

from reports import words
from reports.compare.ranking import Entry, ranked, tier
from reports.threshold_line import threshold_line

if TYPE_CHECKING:
    from rich.console import JustifyMethod


def table(comparison: Mapping[str, Any]) -> Table:
    """The ranking, at most 120 columns wide and complete without colour; figures are means over the replications."""
    grid = Table(
        box=box.SIMPLE_HEAD, title=_title(comparison), caption=_caption(comparison), padding=0, show_edge=False
    )
    entries = ranked(comparison["strategies"])
    units = Units.of(entries)
    for heading, justify in _columns(comparison["account"]["max_send_rate_per_s"], units):
        grid.add_column(heading, justify=justify, no_wrap=True)
    for place, entry in enumerate(entries, start=1):
        last_of_its_kind = place < len(entries) and tier(entry) != tier(entries[place])
        grid.add_row(str(place), *_cells(entry, units), end_section=last_of_its_kind)
    return grid


def sentences(comparison: Mapping[str, Any]) -> list[str]:
    """One sentence for each strategy, in the table's order, and one line for each threshold."""
    explained = [f"{entry['strategy']}: {entry['explanation']}" for entry in ranked(comparison["strategies"])]
    return [*explained, *map(threshold_line, comparison.get("thresholds", ()))]


class Units(NamedTuple):
    """Scale and name of the units in which a table shows its times, so that numbers below one another compare."""

    makespan: tuple[float, str]
    latency: tuple[float, str]

    @classmethod
    def of(cls, entries: Sequence[Entry]) -> Units:
        """The units that suit the longest times."""
        longest_s = max((entry["makespan_s"] or 0.0 for entry in entries), default=0.0)
        slowest_s = max((entry["latency_s"]["p99"] or 0.0 for entry in entries), default=0.0)
        return cls(words.makespan_unit(longest_s), words.latency_unit(slowest_s))


def _columns(rate_per_s: float, units: Units) -> list[tuple[str, JustifyMethod]]:
    numbers = [
        "accepted",
        "lost",
        "DLQ",
        "pend-\ning",
        "dup",
        f"makespan\n{units.makespan[1]}",
        "of\nbest",
        f"p50\n{units.latency[1]}",
        f"p99\n{units.latency[1]}",
    ]
    numbers += [f"peak 1 s\n/ {rate_per_s:g}", "throttled\ncalls", "$ per\nmillion"]
    return [("#", "right"), ("strategy", "left"), *((heading, "right") for heading in numbers)]


def _cells(entry: Entry, units: Units) -> list[str]:
    recipients, latency_s = entry["recipients"], entry["latency_s"]
    efficiency, makespan_scale = entry["efficiency"], units.makespan[0]
    return [
        entry["strategy"],
        words.share(recipients["accepted"], recipients["submitted"]),
        *(words.count(recipients[fate]) for fate in ("lost", "dead_lettered", "pending", "duplicated")),
        words.in_unit(entry["makespan_s"], makespan_scale) + _margin(entry["ci95"].get("makespan_s"), makespan_scale),
        "-" if efficiency is None else words.share(efficiency, 1),
        words.in_unit(latency_s["p50"], units.latency[0]),
        words.in_unit(latency_s["p99"], units.latency[0]),
        words.count(entry["peak_1s"]),
        words.count(entry["calls"]["throttled"]),
        "-" if entry["cost_per_million_usd"] is None else f"{entry['cost_per_million_usd']:,.2f}",
    ]


def _margin(interval: Sequence[float] | None, scale: float) -> str:
    """Half of a 95 % interval."""
    return "" if interval is None else f" ±{words.in_unit((interval[1] - interval[0]) / 2, scale)}"


def _title(comparison: Mapping[str, Any]) -> str:
    replications = comparison["replications"]
    runs = "" if replications == 1 else f", means of {replications} replications"
    return f"{comparison['scenario']} in {comparison['world']}, seed {comparison['seed']}{runs}"


def _caption(comparison: Mapping[str, Any]) -> str:
    """Two short lines, which fit below a table of any strategies."""
    submitted = max((entry["recipients"]["submitted"] for entry in comparison["strategies"]), default=0)
    best_s = comparison["bound"]["makespan_s"]
    best = "" if best_s is None else f"; at best all are accepted {_within(best_s)}"
    return f"{words.counted(submitted, 'recipient')}{best}\np50, p99: latency from the intended instant"


def _within(makespan_s: float) -> str:
    return f"in {words.duration(makespan_s)}" if makespan_s else "at once"
