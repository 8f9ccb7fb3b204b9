"""A paced sender's bucket: asks for nothing back, answers with the delay until the next call may start."""

from __future__ import annotations


class Pacer:
    """Spaces calls so that one of n recipients occupies the sender for n ÷ rate seconds after its start.

    `burst` recipients may start without waiting after a rest. What it counts is whole recipients since the sender last
    rested; an instant is that count divided by the rate, so no rounding adds up however long the sender is busy.
    """

    __slots__ = ("_before_rest", "_credit_s", "_rested_s", "_since_rest", "burst", "rate_per_s")

    def __init__(self, rate_per_s: float, burst: int = 1) -> None:
        self.rate_per_s, self.burst = rate_per_s, burst
        self._credit_s = (burst - 1) / rate_per_s
        self._rested_s, self._since_rest, self._before_rest = 0.0, 0.0, 0.0

    def set_rate(self, rate_per_s: float) -> None:
        """Space what comes from now on at another rate; what was granted stays granted."""
        self._rest(self._rested_s + self._since_rest / self.rate_per_s)
        self._go_on_at(rate_per_s)

    def change_rate(self, now_s: float, rate_per_s: float) -> None:
        """From `now_s` all that is booked drips at another rate; places taken before are due at other instants."""
        dripped = (now_s - self._rested_s) * self.rate_per_s
        self._rested_s, self._since_rest = now_s, self._since_rest - dripped
        self._before_rest += dripped
        self._go_on_at(rate_per_s)

    def wait_s(self, now_s: float) -> float:
        """How many seconds from `now_s` the next call may start, whatever its size: nothing is booked."""
        return self.due_in_s(self._before_rest + self._since_rest, now_s)

    def reserve(self, now_s: float, recipients: int) -> float:
        """Book a call of `recipients` and return how many seconds from `now_s` it may start."""
        return self.due_in_s(self.book(now_s, recipients), now_s)

    def book(self, now_s: float, recipients: int) -> float:
        """Book a call of `recipients` and return its place: the recipients that have ever been booked before it."""
        if self._rested_s + self._since_rest / self.rate_per_s <= now_s:
            self._rest(now_s)
        place = self._before_rest + self._since_rest
        self._since_rest += recipients
        return place

    def due_in_s(self, place: float, now_s: float) -> float:
        """How many seconds from `now_s` the call at a place may start, if the rate stays."""
        wait_s = self._rested_s + (place - self._before_rest) / self.rate_per_s - self._credit_s - now_s
        return wait_s if wait_s > 0.0 else 0.0

    def _rest(self, at_s: float) -> None:
        """Count anew from an instant at which all that was booked has dripped away."""
        self._before_rest += self._since_rest
        self._rested_s, self._since_rest = at_s, 0.0

    def _go_on_at(self, rate_per_s: float) -> None:
        self.rate_per_s, self._credit_s = rate_per_s, (self.burst - 1) / rate_per_s
