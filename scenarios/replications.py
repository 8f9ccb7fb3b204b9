"""Several replications of one strategy, combined: means with confidence intervals."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from typing import Any

_NO_FIGURES = ("strategy", "settings", "warnings", "explanation", "interrupted", "digest", "ci95", "index", "process")
_NO_INTERVAL = ("wall_s",)  # an interval of wall time would differ between two runs of one seed


def combine(entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """One entry from those of a strategy's replications: every figure the mean, null if any of them is null."""
    if len(entries) == 1:
        return dict(entries[0])
    columns = {name: [figures[name] for figures in map(_flatten, entries)] for name in _flatten(entries[0])}
    combined = _with_means(entries[0], {name: mean_of(values) for name, values in columns.items()})
    combined["warnings"] = list(dict.fromkeys(warning for entry in entries for warning in entry["warnings"]))
    combined["interrupted"] = any(entry["interrupted"] for entry in entries)
    combined["digest"] = _digest([entry["digest"] for entry in entries])
    combined["ci95"] = {
        name: ci95([value for value in values if value is not None])
        for name, values in columns.items()
        if name not in _NO_INTERVAL and None not in values
    }
    return combined


def ci95(values: Sequence[float]) -> list[float]:
    """The interval that holds the mean of two or more independent values with 95 % confidence, by Student's t."""
    from scipy.special import stdtrit  # slow to import, needed by few commands

    mean = mean_of(values)
    assert mean is not None
    variance = math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1)
    half = float(stdtrit(len(values) - 1, 0.975)) * math.sqrt(variance / len(values))
    return [mean - half, mean + half]


def _flatten(entry: Mapping[str, Any], prefix: str = "") -> dict[str, float | None]:
    """The figures of an entry under dotted names, such as `latency_s.p99` or `workloads.0.latency_s.p99`."""
    flat: dict[str, float | None] = {}
    for key, value in entry.items():
        if key in _NO_FIGURES:
            continue
        inner = _keyed(value)
        flat |= {prefix + key: value} if inner is None else _flatten(inner, f"{prefix}{key}.")
    return flat


def _keyed(value: Any) -> Mapping[str, Any] | None:
    """What has figures inside: a table, or a list with its numbers for keys."""
    if isinstance(value, list):
        return {str(number): item for number, item in enumerate(value)}
    return value if isinstance(value, Mapping) else None


def _with_means(entry: Mapping[str, Any], means: Mapping[str, float | None], prefix: str = "") -> dict[str, Any]:
    """The entry with each figure replaced by the mean of its dotted name."""
    return {key: _mean_at(f"{prefix}{key}", key, value, means) for key, value in entry.items()}


def _mean_at(name: str, key: str, value: Any, means: Mapping[str, float | None]) -> Any:
    inner = None if key in _NO_FIGURES else _keyed(value)
    if inner is None:
        return means.get(name, value)
    combined = _with_means(inner, means, f"{name}.")
    return list(combined.values()) if isinstance(value, list) else combined


def mean_of(values: Sequence[float | None]) -> float | None:
    """The mean; None if any of the values is."""
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        return None
    # Equal values are their own mean: a division could blur the last digit and turn a count into a fraction.
    return known[0] if len(set(known)) == 1 else math.fsum(known) / len(known)


def _digest(digests: Sequence[str]) -> str:
    return "sha256:" + hashlib.sha256("\n".join(digests).encode()).hexdigest()
