"""Means and the intervals that hold them."""

from __future__ import annotations

import math
from collections.abc import Sequence


def mean_of(values: Sequence[float | None]) -> float | None:
    """The mean; None if any of the values is."""
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        return None
    # Equal values are their own mean: a division could blur the last digit and turn a count into a fraction.
    return known[0] if len(set(known)) == 1 else math.fsum(known) / len(known)


def interval(values: Sequence[float], confidence: float = 0.95) -> tuple[float, float]:
    """The interval that holds the mean of two or more independent values with that confidence, by Student's t."""
    mean = mean_of(values)
    assert mean is not None
    squares = math.fsum((value - mean) ** 2 for value in values)
    half = _quantile(len(values) - 1, confidence) * math.sqrt(squares / (len(values) - 1) / len(values))
    return mean - half, mean + half


def _quantile(freedom: int, confidence: float) -> float:
    """Of Student's t: so many standard errors on either side of the mean."""
    from scipy.special import stdtrit  # slow to import, needed by few commands

    return float(stdtrit(freedom, (1 + confidence) / 2))
