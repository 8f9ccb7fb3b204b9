"""The figures of an entry of the comparison document under dotted names, such as `latency_s.p99`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast

from scenarios.entry import (
    CallCounts,
    CallTimes,
    LatencyFigures,
    LatencyOfAll,
    LossCounts,
    RecipientCounts,
    StrategyEntry,
    UsageCounts,
)

USAGE = tuple(UsageCounts.__annotations__)
"""What AWS counts, and the tables of a price file."""

_TABLES = {
    "recipients": RecipientCounts,
    "calls": CallCounts,
    "latency_s": LatencyFigures,
    "latency_of_all_s": LatencyOfAll,
    "call_s": CallTimes,
    "losses": LossCounts,
    "usage": UsageCounts,
}
FIGURES = (
    *(f"{table}.{figure}" for table, keys in _TABLES.items() for figure in keys.__annotations__),
    "makespan_s",
    "goodput_per_s",
    "peak_1s",
    "attempted_peak_1s",
    "utilisation",
    "efficiency",
    "cost_usd",
    "cost_per_million_usd",
    "largest_mail",
    "receives",
    "wall_s",
    "harness_lag_s",
)
"""Every figure of a strategy; those of each workload besides, where there are several."""

_OF_A_WORKLOAD = re.compile(r"workloads\.(?:0|[1-9][0-9]*)\.((recipients|latency_s|latency_of_all_s)\..+)")

_NO_FIGURES = (
    "strategy",
    "settings",
    "refusals",
    "warnings",
    "explanation",
    "interrupted",
    "digest",
    "ci95",
    "samples",
    "index",
    "process",
)


def is_figure(name: str) -> bool:
    """Whether an entry can have a figure of that name."""
    inner = _OF_A_WORKLOAD.fullmatch(name)
    return (inner[1] if inner else name) in FIGURES


def figures_of(entry: Mapping[str, Any], prefix: str = "") -> dict[str, float | None]:
    """Every figure by its name; those of a workload are called `workloads.0.latency_s.p99`."""
    flat: dict[str, float | None] = {}
    for key, value in entry.items():
        if key in _NO_FIGURES:
            continue
        inner = _keyed(value)
        flat |= {prefix + key: value} if inner is None else figures_of(inner, f"{prefix}{key}.")
    return flat


def with_figures(entry: StrategyEntry, figures: Mapping[str, float | None]) -> StrategyEntry:
    """The entry with each figure replaced by the one of its name."""
    return cast(StrategyEntry, _replaced(entry, figures))


def _replaced(table: Mapping[str, Any], figures: Mapping[str, float | None], prefix: str = "") -> dict[str, Any]:
    return {key: _figure_at(f"{prefix}{key}", key, value, figures) for key, value in table.items()}


def _figure_at(name: str, key: str, value: Any, figures: Mapping[str, float | None]) -> Any:
    inner = None if key in _NO_FIGURES else _keyed(value)
    if inner is None:
        return figures.get(name, value)
    replaced = _replaced(inner, figures, f"{name}.")
    return list(replaced.values()) if isinstance(value, list) else replaced


def _keyed(value: Any) -> Mapping[str, Any] | None:
    """What has figures inside: a table, or a list with its numbers for keys."""
    if isinstance(value, list):
        return {str(number): item for number, item in enumerate(value)}
    return value if isinstance(value, Mapping) else None
