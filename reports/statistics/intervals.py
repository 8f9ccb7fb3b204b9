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
    half = _quantile(len(values) - 1, confidence) * math.sqrt(_squared_error(values))
    return mean - half, mean + half


def unpaired(base: Sequence[float], head: Sequence[float], confidence: float = 0.95) -> tuple[float, float]:
    """The interval of the difference of two means of independent samples of two or more, by Welch."""
    mean = math.fsum(head) / len(head) - math.fsum(base) / len(base)
    errors = [(_squared_error(values), len(values) - 1) for values in (base, head)]
    both = math.fsum(error for error, _ in errors)
    if both == 0:  # nothing varies, and a division by zero says nothing
        return mean, mean
    freedom = both**2 / math.fsum(error**2 / degrees for error, degrees in errors)
    half = _quantile(freedom, confidence) * math.sqrt(both)
    return mean - half, mean + half


def _squared_error(values: Sequence[float]) -> float:
    """Of their mean: the variance over their number."""
    mean = mean_of(values)
    assert mean is not None
    return math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1) / len(values)


def _quantile(freedom: float, confidence: float) -> float:
    """Of Student's t: so many standard errors on either side of the mean."""
    from scipy.special import stdtrit  # slow to import, needed by few commands

    return float(stdtrit(freedom, (1 + confidence) / 2))
