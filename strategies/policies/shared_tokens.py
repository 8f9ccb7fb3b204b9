"""A token bucket that several senders keep in one place, as two numbers: what it holds, and since when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Taken(NamedTuple):
    """The bucket after a sender has taken its tokens, and the instant from which it may use them."""

    value: tuple[float, float]
    due_s: float


class SharedTokens:
    """How tokens are taken out of the bucket: at once, and in debt where it holds too few.

    The debt is the line of all who wait: each knows how long it has to, and asks once. Invariant: if no sender reads
    what another is about to replace, at most burst + rate × t tokens fall due within any t seconds, and what one
    sender takes at once counts as burst if it is more.
    """

    __slots__ = ("_burst", "_rate_per_s")

    def __init__(self, rate_per_s: float, burst: float) -> None:
        self._rate_per_s, self._burst = rate_per_s, burst

    def take(self, value: Sequence[float], now_s: float, tokens: int) -> Taken:
        """Take from a bucket as it was read; without a value it is full. A clock that is behind drips nothing."""
        held, at_s = value or (self._burst, now_s)
        now_s = max(now_s, at_s)
        left = min(self._burst, held + (now_s - at_s) * self._rate_per_s) - tokens
        return Taken((left, now_s), now_s + max(0.0, -left) / self._rate_per_s)
