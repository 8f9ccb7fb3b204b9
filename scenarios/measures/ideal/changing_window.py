"""A window limiter whose capacity changes: the one whose places cannot be computed all at once."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Sequence

from scenarios.aws.limiter import whole
from scenarios.measures.ideal.token_time import EffectiveStep


class ChangingWindow:
    """A window limiter whose capacity changes, one recipient at a time.

    `frees_s` says from when on an admission no longer counts: this is all in which the two kinds of window differ.
    """

    def __init__(self, steps: Sequence[EffectiveStep], frees_s: Callable[[float], float]) -> None:
        self._at_s = [step.at_s for step in steps] + [math.inf]
        self._capacity = [whole(step.rate_per_s) for step in steps]
        self._frees_s, self._now_s = frees_s, 0.0
        self._taken_until_s: deque[float] = deque()

    def admit(self, intended_s: float) -> float:
        """The earliest instant for the next recipient."""
        self._now_s = max(self._now_s, intended_s)
        while (later_s := self._chance_s()) > self._now_s:
            self._now_s = later_s
        self._taken_until_s.append(self._frees_s(self._now_s))
        return self._now_s

    def _chance_s(self) -> float:
        """Now, if there is room; else the next instant at which a place is freed or the capacity changes."""
        taken = self._taken_until_s
        while taken and taken[0] <= self._now_s:
            taken.popleft()
        step = bisect_right(self._at_s, self._now_s) - 1
        room = len(taken) < self._capacity[step]
        return self._now_s if room else min(taken[0], self._at_s[step + 1])


def next_second(at_s: float) -> float:
    """When a fixed window forgets what it admitted."""
    return math.floor(at_s) + 1.0


def second_later(at_s: float) -> float:
    """When a sliding window does."""
    return at_s + 1.0
