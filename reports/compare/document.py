"""The comparison of strategies on one scenario: a document for programs, a table and sentences for people."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from rich import box
from rich.table import Table

from reports import words
from reports.compare.explain import explain
from reports.compare.mechanisms import Facts
from reports.threshold_line import threshold_line
from scenarios.measures.bound import Bound, rate_steps
from scenarios.schema.model import Scenario
from scenarios.schema.thresholds import judged

if TYPE_CHECKING:
    from rich.console import JustifyMethod

SCHEMA = "seslab/comparison/v1"
ALIKE = 1.01  # times the shortest makespan of a class
Entry = Mapping[str, Any]


def document(
    scenario: Scenario,
    world: str,
    seed: int,
    replications: int,
    bound: Bound,
    entries: Sequence[Entry],
) -> dict[str, Any]:
    """The comparison document: plain data, in the order in which the strategies were run."""
    facts = Facts.of(scenario)
    return {
        "schema": SCHEMA,
        "scenario": scenario.name,
        "world": world,
        "seed": seed,
        "replications": replications,
        "bound": bound._asdict(),
        "account": account_of(scenario),
        "faults": [fault.model_dump(mode="json") for fault in scenario.fault],
        "strategies": [{**entry, "explanation": explain(entry, facts)} for entry in entries],
        "thresholds": judged(scenario.thresholds, entries),
    }


def to_json(comparison: Mapping[str, Any]) -> str:
    """The document as text, the same bytes for the same figures. NaN and infinities are not JSON and are refused."""
    return json.dumps(comparison, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def ranked(entries: Sequence[Entry]) -> list[Entry]:
    """Best first: what lost nothing and finished, by makespan; then what did not finish; then what lost mail.

    Makespans within 1 % of the best of their class are equal: there duplicates decide, then p99 latency, then cost.
    """
    by_kind = sorted(entries, key=_rank)
    finished = [entry for entry in by_kind if _kind(entry) == 0]
    return [entry for peers in _classes(finished) for entry in sorted(peers, key=_merits)] + by_kind[len(finished) :]


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
        last_of_its_kind = place < len(entries) and _kind(entry) != _kind(entries[place])
        grid.add_row(str(place), *_cells(entry, units), end_section=last_of_its_kind)
    return grid


def sentences(comparison: Mapping[str, Any]) -> list[str]:
    """One sentence for each strategy, in the table's order, and one line for each threshold."""
    explained = [f"{entry['strategy']}: {entry['explanation']}" for entry in ranked(comparison["strategies"])]
    return [*explained, *map(threshold_line, comparison.get("thresholds", ()))]


def account_of(scenario: Scenario) -> dict[str, Any]:
    """What SES allows, as plain data."""
    account = scenario.account
    return {
        "max_send_rate_per_s": account.max_send_rate_per_s,
        "max_24h_send": account.max_24h_send,
        "limiter": account.limiter.model_dump(mode="json"),
        "rate_steps": [list(step) for step in rate_steps(scenario)],
    }


def _kind(entry: Entry) -> int:
    """0: nothing lost and nothing left; 1: nothing lost, some left; 2: lost or dead-lettered."""
    recipients = entry["recipients"]
    if recipients["lost"] or recipients["dead_lettered"]:
        return 2
    return 1 if recipients["pending"] else 0


def _rank(entry: Entry) -> tuple[Any, ...]:
    kind = _kind(entry)
    return kind, (entry["makespan_s"] or 0.0) if kind == 0 else -entry["recipients"]["accepted"], *_merits(entry)


def _merits(entry: Entry) -> tuple[Any, ...]:
    """What decides between equals; what was never accepted has neither a latency nor a price."""
    figures = (entry["latency_s"]["p99"], entry["cost_per_million_usd"])
    return entry["recipients"]["duplicated"], *(math.inf if one is None else one for one in figures), entry["strategy"]


def _classes(by_makespan: Sequence[Entry]) -> list[list[Entry]]:
    """Those alike to the first of them: an order by pairs alone would run in circles."""
    classes: list[list[Entry]] = []
    for entry in by_makespan:
        if classes and (entry["makespan_s"] or 0.0) <= ALIKE * (classes[-1][0]["makespan_s"] or 0.0):
            classes[-1].append(entry)
        else:
            classes.append([entry])
    return classes


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
