"""A paced sender's bucket: asks for nothing back, answers with the delay until the next call may start."""

from __future__ import annotations


class Pacer:
    """Spaces calls so that one of n recipients occupies the sender for n ÷ rate seconds after its start.

    `burst` recipients may start without waiting after a rest. What it counts is whole recipients since the sender last
    rested; an instant is that count divided by the rate, so no rounding adds up however long the sender is busy.
    """

    __slots__ = ("_credit_s", "_rate_per_s", "_rested_s", "_since_rest", "burst")

    def __init__(self, rate_per_s: float, burst: int = 1) -> None:
        self._rate_per_s, self.burst = rate_per_s, burst
        self._credit_s = (burst - 1) / rate_per_s
        self._rested_s, self._since_rest = 0.0, 0

    def set_rate(self, rate_per_s: float) -> None:
        """Space what comes from now on at another rate; what was granted stays granted."""
        self._rested_s, self._since_rest = self._rested_s + self._since_rest / self._rate_per_s, 0
        self._rate_per_s, self._credit_s = rate_per_s, (self.burst - 1) / rate_per_s

    def wait_s(self, now_s: float) -> float:
        """How many seconds from `now_s` the next call may start, whatever its size: nothing is booked."""
        wait_s = self._rested_s + self._since_rest / self._rate_per_s - self._credit_s - now_s
        return wait_s if wait_s > 0.0 else 0.0

    def reserve(self, now_s: float, recipients: int) -> float:
        """Book a call of `recipients` and return how many seconds from `now_s` it may start."""
        free_s = self._rested_s + self._since_rest / self._rate_per_s
        if free_s <= now_s:
            self._rested_s, self._since_rest = now_s, recipients
            return 0.0
        self._since_rest += recipients
        wait_s = free_s - self._credit_s - now_s
        return wait_s if wait_s > 0.0 else 0.0
