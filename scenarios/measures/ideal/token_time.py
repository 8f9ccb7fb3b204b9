"""Tokens of a limiter whose rate and burst may change: minted, held, overflowed, and when."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from scenarios.aws.limit_steps import LimitStep
from scenarios.aws.limiter import exact
from scenarios.measures.ideal.admitted import Floats
from scenarios.schema.accounts.account import LimiterHypothesis


class EffectiveStep(NamedTuple):
    """A step with the rate at which the limiter really refills."""

    at_s: float
    rate_per_s: Fraction
    burst: int


def effective(limiter: LimiterHypothesis, steps: Sequence[LimitStep]) -> list[EffectiveStep]:
    """The account's steps as this limiter refills."""
    share = exact(limiter.effective_rate)
    return [EffectiveStep(at_s, exact(rate_per_s) * share, burst) for at_s, rate_per_s, burst in steps]


class TokenTime:
    """Tokens minted since second 0, which is piecewise linear in time, and the way back."""

    def __init__(self, steps: Sequence[EffectiveStep], full: int) -> None:
        """`full` is what the bucket holds at the beginning."""
        self._at_s = np.array([step.at_s for step in steps])
        self._rate_per_s = np.array([float(step.rate_per_s) for step in steps])
        self._burst = np.array([float(step.burst) for step in steps])
        self._minted = np.append(0.0, np.cumsum(np.diff(self._at_s) * self._rate_per_s[:-1]))
        self._full, self._unused = full, self._unused_at_steps(full)

    def _unused_at_steps(self, held: float) -> Floats:
        """What the bucket would hold at each step if no mail had come."""
        unused, burst_before = [], float(held)
        for burst, minted in zip(self._burst, np.diff(self._minted, prepend=0.0), strict=True):
            held = min(burst_before, held + minted, burst)
            unused.append(held)
            burst_before = burst
        return np.array(unused)

    def held(self, at_s: Floats) -> Floats:
        """What the bucket would hold at each instant if no mail had come: no more than its burst of that time."""
        step = np.searchsorted(self._at_s, at_s, side="right") - 1
        minted: Floats = (at_s - self._at_s[step]) * self._rate_per_s[step]
        held: Floats = np.minimum(self._burst[step], self._unused[step] + minted)
        return held

    def overflowed(self, at_s: Floats) -> Floats:
        """Tokens that had no room until each instant, if no mail had come: all that are minted; fewer where it grew."""
        return self.minted(at_s) + (self._full - self.held(at_s))

    def minted(self, at_s: Floats) -> Floats:
        """Tokens minted until each instant."""
        step = np.searchsorted(self._at_s, at_s, side="right") - 1
        since_step: Floats = (at_s - self._at_s[step]) * self._rate_per_s[step]
        return self._minted[step] + since_step

    def when(self, minted: Floats) -> Floats:
        """The instant at which each number of tokens is reached; negative for what was there before second 0."""
        step = np.maximum(np.searchsorted(self._minted, minted, side="right") - 1, 0)
        since_step_s: Floats = (minted - self._minted[step]) / self._rate_per_s[step]
        return self._at_s[step] + since_step_s
