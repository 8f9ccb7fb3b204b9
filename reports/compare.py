"""The comparison of strategies on one scenario: a document for programs, a table and sentences for people."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich import box
from rich.table import Table

from reports import words
from reports.explain import explain
from scenarios.bound import Bound, rate_steps
from scenarios.model import Scenario

if TYPE_CHECKING:
    from rich.console import JustifyMethod

SCHEMA = "seslab/comparison/v1"
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
    account = _account(scenario)
    return {
        "schema": SCHEMA,
        "scenario": scenario.name,
        "world": world,
        "seed": seed,
        "replications": replications,
        "bound": bound._asdict(),
        "account": account,
        "faults": [fault.model_dump(mode="json") for fault in scenario.fault],
        "strategies": [{**entry, "explanation": explain(entry, account["max_send_rate_per_s"])} for entry in entries],
    }


def to_json(comparison: Mapping[str, Any]) -> str:
    """The document as text, the same bytes for the same figures. NaN and infinities are not JSON and are refused."""
    return json.dumps(comparison, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def ranked(entries: Sequence[Entry]) -> list[Entry]:
    """Best first: what lost nothing and finished, by makespan; then what did not finish; then what lost mail."""
    return sorted(entries, key=_rank)


def table(comparison: Mapping[str, Any]) -> Table:
    """The ranking, at most 120 columns wide and complete without colour; figures are means over the replications."""
    rate_per_s = comparison["account"]["max_send_rate_per_s"]
    grid = Table(
        box=box.SIMPLE_HEAD, title=_title(comparison), caption=_caption(comparison), padding=0, show_edge=False
    )
    for heading, justify in _columns(rate_per_s):
        grid.add_column(heading, justify=justify, no_wrap=True)
    entries = ranked(comparison["strategies"])
    for place, entry in enumerate(entries, start=1):
        last_of_its_kind = place < len(entries) and _kind(entry) != _kind(entries[place])
        grid.add_row(str(place), *_cells(entry), end_section=last_of_its_kind)
    return grid


def sentences(comparison: Mapping[str, Any]) -> list[str]:
    """One sentence for each strategy, in the table's order."""
    return [f"{entry['strategy']}: {entry['explanation']}" for entry in ranked(comparison["strategies"])]


def _account(scenario: Scenario) -> dict[str, Any]:
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


def _rank(entry: Entry) -> tuple[int, float, str]:
    kind = _kind(entry)
    makespan_s = entry["makespan_s"] or 0.0
    accepted = entry["recipients"]["accepted"]
    return kind, makespan_s if kind == 0 else -accepted, entry["strategy"]


def _columns(rate_per_s: float) -> list[tuple[str, JustifyMethod]]:
    numbers = [
        "accepted",
        "lost",
        "DLQ",
        "pend-\ning",
        "dup",
        "make-\nspan",
        "of\nbest",
        "p50",
        "p99",
    ]
    numbers += [f"peak 1 s\n/ {rate_per_s:g}", "throttled\ncalls", "$ per\nmillion"]
    return [("#", "right"), ("strategy", "left"), *((heading, "right") for heading in numbers)]


def _cells(entry: Entry) -> list[str]:
    recipients, latency_s = entry["recipients"], entry["latency_s"]
    efficiency = entry["efficiency"]
    return [
        entry["strategy"],
        words.share(recipients["accepted"], recipients["submitted"]),
        *(words.count(recipients[fate]) for fate in ("lost", "dead_lettered", "pending", "duplicated")),
        words.duration(entry["makespan_s"]) + _margin(entry["ci95"].get("makespan_s")),
        "-" if efficiency is None else words.share(efficiency, 1),
        words.duration(latency_s["p50"]),
        words.duration(latency_s["p99"]),
        words.count(entry["peak_1s"]),
        words.count(entry["calls"]["throttled"]),
        "-" if entry["cost_per_million_usd"] is None else f"{entry['cost_per_million_usd']:,.2f}",
    ]


def _margin(interval: Sequence[float] | None) -> str:
    """Half of a 95 % interval."""
    return "" if interval is None else f" ±{words.duration((interval[1] - interval[0]) / 2)}"


def _title(comparison: Mapping[str, Any]) -> str:
    replications = comparison["replications"]
    runs = "" if replications == 1 else f", means of {replications} replications"
    return f"{comparison['scenario']} in {comparison['world']}, seed {comparison['seed']}{runs}"


def _caption(comparison: Mapping[str, Any]) -> str:
    submitted = max((entry["recipients"]["submitted"] for entry in comparison["strategies"]), default=0)
    best_s = comparison["bound"]["makespan_s"]
    best = "" if best_s is None else f"; the best possible makespan is {words.duration(best_s)}"
    return f"{words.count(submitted)} recipients{best}; p50, p99: latency from the intended instant"
