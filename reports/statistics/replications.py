"""Several replications of one strategy, combined: means, and medians with their confidence intervals."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from statistics import median

from reports.statistics.intervals import mean_of
from reports.statistics.medians import median_interval
from reports.statistics.told_once import told_once
from scenarios.entry import Refusals, StrategyEntry
from scenarios.figures import figures_of, with_figures

_NOT_SAMPLED = ("wall_s",)  # wall times differ between two runs of one seed


def combine(entries: Sequence[StrategyEntry]) -> StrategyEntry:
    """One entry from those of a strategy's replications: every figure the mean, null if any of them is null."""
    if len(entries) == 1:
        return {**entries[0]}
    columns = samples_of(entries)
    samples = {name: values for name, values in columns.items() if name not in _NOT_SAMPLED}
    complete = known(samples)
    return with_figures(entries[0], {name: mean_of(values) for name, values in columns.items()}) | {
        "refusals": _refusals(entries),
        "warnings": told_once(warning for entry in entries for warning in entry["warnings"]),
        "interrupted": any(entry["interrupted"] for entry in entries),
        "digest": digest_of_all([entry["digest"] for entry in entries]),
        "medians": {name: median(values) for name, values in complete.items()},
        "ci95": {name: list(band) for name, values in complete.items() if (band := median_interval(values))},
        "samples": samples,
    }


def _refusals(entries: Sequence[StrategyEntry]) -> list[Refusals]:
    """The mean of how often each sentence was heard, the most frequent first."""
    total: dict[tuple[str, str], float] = {}
    for one in (one for entry in entries for one in entry.get("refusals", ())):
        heard = one["outcome"], one["said"]
        total[heard] = total.get(heard, 0.0) + one["calls"] / len(entries)
    most_first = sorted(total.items(), key=lambda one: -one[1])
    return [{"outcome": outcome, "said": said, "calls": calls} for (outcome, said), calls in most_first]


def samples_of(entries: Sequence[StrategyEntry]) -> dict[str, list[float | None]]:
    """Each figure's values, entry by entry."""
    figures = list(map(figures_of, entries))
    return {name: [one[name] for one in figures] for name in figures[0]}


def known(samples: Mapping[str, Sequence[float | None]]) -> dict[str, list[float]]:
    """The figures that every replication has."""
    complete = {name: [value for value in values if value is not None] for name, values in samples.items()}
    return {name: values for name, values in complete.items() if len(values) == len(samples[name])}


def digest_of_all(digests: Sequence[str]) -> str:
    """The digest of several runs' digests."""
    return "sha256:" + hashlib.sha256("\n".join(digests).encode()).hexdigest()
