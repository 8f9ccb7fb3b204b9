"""The front: candidates that nobody is better than in one figure without being worse in the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

One = TypeVar("One")


def front(places: Mapping[One, tuple[float, float]]) -> list[One]:
    """By the first figure, less being better in both; of those at one place the first that is named."""
    best: list[One] = []
    least = float("inf")
    for one in sorted(places, key=lambda each: places[each]):
        if places[one][1] < least:
            least = places[one][1]
            best.append(one)
    return best
