"""Demands that no figure can meet together."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import combinations

from scenarios.figures import of_all
from scenarios.schema.thresholds import EACH, Threshold


def contradictory(thresholds: Sequence[Threshold]) -> Iterator[tuple[Threshold, Threshold]]:
    """Pairs about one figure of one contender, of which whatever value breaks the one or the other."""
    for one, other in combinations(thresholds, 2):
        if (
            _may_concern_one(one, other)
            and of_all(one.figure) == of_all(other.figure)
            and not _can_both_hold(one, other)
        ):
            yield one, other


def _may_concern_one(one: Threshold, other: Threshold) -> bool:
    return one.sender == other.sender or EACH in (one.sender, other.sender)


def _can_both_hold(one: Threshold, other: Threshold) -> bool:
    """Of two comparisons with numbers it is enough to try the numbers, what lies between them, and beyond."""
    low, high = sorted((one.limit, other.limit))
    tried = (
        low - 1,
        math.nextafter(low, -math.inf),
        low,
        (low + high) / 2,
        high,
        math.nextafter(high, math.inf),
        high + 1,
    )
    return any(one.holds(value) and other.holds(value) for value in tried)
