"""The median of a figure over all seeds, and the interval that holds it, whatever the figure's distribution is.

A makespan is often a mixture: in some runs a visibility timeout was paid, in most it was not. Student's interval of a
mean rests on a normal distribution; ten seeds that have not met the rare case hold the mean in half of the repetitions.
Of a median the order statistics tell without any such assumption.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import comb

LEAST = 6
"""Fewer values hold the median between the least and the greatest with less than 95 %."""
LEAST_OF_EACH = 7
"""Of two independent samples, whose medians have intervals of more confidence."""


def median_interval(values: Sequence[float], confidence: float = 0.95) -> tuple[float, float] | None:
    """The interval that holds the median with that confidence; None where so few values cannot tell.

    Between the order statistics on either side of that confidence it interpolates, as Hettmansperger and Sheather do
    (Statistics and Probability Letters 4, 1986); of values that are all equal both ends are that value.
    """
    order, many = sorted(values), len(values)
    rank = sum(_confidence(rank, many) >= confidence for rank in range(1, many // 2 + 1))
    if not rank:
        return None
    inward = _inward(rank, many, confidence)
    low, high = order[rank - 1], order[-rank]
    return low + inward * (order[min(rank, many - 1)] - low), high + inward * (order[-rank - 1] - high)


def differences(base: Sequence[float], other: Sequence[float]) -> list[float]:
    """Of two contenders under the same seeds, seed by seed: what is chance for both leaves the difference."""
    return [theirs - ours for ours, theirs in zip(base, other, strict=True)]


def apart(base: Sequence[float], other: Sequence[float]) -> tuple[float, float] | None:
    """The interval that holds, with 95 % at least, by how much the medians of independent samples differ.

    Each median lies in an interval of its own, of more confidence, so that both do with 95 %. None where so few values
    cannot tell.
    """
    ours, theirs = (median_interval(values, 1 - 0.05 / 2) for values in (base, other))
    return (theirs[0] - ours[1], theirs[1] - ours[0]) if ours and theirs else None


def _confidence(rank: int, many: int) -> float:
    """That the median lies between the `rank`-th least and the `rank`-th greatest of so many values."""
    return 1 - sum(comb(many, below) for below in range(rank)) / float(2 ** (many - 1))


def _inward(rank: int, many: int, confidence: float) -> float:
    """Which share of the way to the next order statistics the ends lie: 0 is at these, 1 at the next."""
    wide, narrow = _confidence(rank, many), _confidence(rank + 1, many)
    share = (wide - confidence) / (wide - narrow)
    return (many - rank) * share / (rank + (many - 2 * rank) * share)
