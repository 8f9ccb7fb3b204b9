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
    from scipy.special import stdtrit  # slow to import, needed by few commands

    mean = mean_of(values)
    assert mean is not None
    variance = math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1)
    half = float(stdtrit(len(values) - 1, (1 + confidence) / 2)) * math.sqrt(variance / len(values))
    return mean - half, mean + half


def unpaired(base: Sequence[float], head: Sequence[float], confidence: float = 0.95) -> tuple[float, float]:
    """The interval of the difference of two means of independent samples of two or more, by Welch."""
    from scipy.stats import ttest_ind  # slow to import, needed by few commands

    mean = math.fsum(head) / len(head) - math.fsum(base) / len(base)
    if len(set(base)) == len(set(head)) == 1:  # nothing varies, and a division by zero says nothing
        return mean, mean
    found = ttest_ind(head, base, equal_var=False).confidence_interval(confidence)
    return float(found.low), float(found.high)
