"""Whether a contender meets all that its scenario demands, and by how much it misses what it does not meet."""

from __future__ import annotations

import math
from collections.abc import Iterable

from scenarios.entry import StrategyEntry
from scenarios.schema.thresholds import JudgedThreshold, Threshold
from scenarios.verdicts import FAIL, INCONCLUSIVE, PASS, Met

WORST_FIRST: tuple[Met, ...] = (FAIL, INCONCLUSIVE, PASS)


def requirement_of(contender: str, thresholds: Iterable[JudgedThreshold]) -> Met | None:
    """The worst verdict of those that concern it; None of one of which nothing is demanded."""
    verdicts = {one["verdict"] for one in thresholds if one["strategy"] == contender}
    return next((verdict for verdict in WORST_FIRST if verdict in verdicts), None)


def missed_by(contender: str, thresholds: Iterable[JudgedThreshold]) -> list[JudgedThreshold]:
    """Those that it fails."""
    return [one for one in thresholds if one["strategy"] == contender and one["verdict"] == FAIL]


def miss(threshold: JudgedThreshold, entry: StrategyEntry) -> float:
    """How far off its value is: as a share of the limit, or, where that is zero, of all recipients."""
    value, limit = threshold["value"], Threshold.parse(threshold["expression"]).limit
    if value is None:
        return math.inf
    return abs(value - limit) / (abs(limit) or entry["recipients"]["submitted"] or 1.0)


def miss_of(entry: StrategyEntry, thresholds: Iterable[JudgedThreshold]) -> tuple[int, float]:
    """How many thresholds it fails, and how far off the farthest is."""
    missed = missed_by(entry["strategy"], thresholds)
    return len(missed), max((miss(one, entry) for one in missed), default=0.0)
