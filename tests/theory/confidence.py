"""Confidence intervals for means of simulations.

A right simulator should pass every test for good, so the confidence is for all of them together: with 99.9 % each, some
dozen intervals hold at once with 99 %.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats


class Interval(NamedTuple):
    """Where the true mean lies, with some confidence."""

    mean: float
    half_width: float

    def __contains__(self, figure: object) -> bool:
        return isinstance(figure, float) and abs(figure - self.mean) <= self.half_width

    @property
    def relative(self) -> float:
        """Half its width as a share of the mean: how sharp a test is that uses it."""
        return self.half_width / abs(self.mean)


def student(means: Sequence[float], confidence: float = 0.999) -> Interval:
    """Student's interval from independent means of replications or long batches."""
    error = np.std(means, ddof=1) / np.sqrt(len(means))
    return Interval(float(np.mean(means)), float(stats.t.ppf((1 + confidence) / 2, len(means) - 1) * error))
