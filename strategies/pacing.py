"""A paced sender's bucket: asks for nothing back, answers with the delay until the next call may start."""

from __future__ import annotations

from fractions import Fraction

TICKS_PER_S = 1 << 30


class Pacer:
    """Spaces calls so that one of n recipients occupies the sender for n ÷ rate seconds after its start.

    `burst` recipients may start without waiting after a rest. Counts in integers of a unit in which both a tick of
    2⁻³⁰ s and a recipient are whole, so that no rounding accumulates and virtual time never freezes on a residue.
    """

    __slots__ = ("_credit", "_free", "_per_recipient", "_per_tick", "_rate", "_scale_s", "burst")

    def __init__(self, rate_per_s: float, burst: int = 1) -> None:
        self.burst, self._free, self._rate, self._scale_s = burst, 0, 0.0, 0.0
        self.set_rate(rate_per_s)

    def set_rate(self, rate_per_s: float) -> None:
        """Space what comes from now on at another rate; what was granted stays granted."""
        if rate_per_s == self._rate:
            return
        free_s = self._free * self._scale_s
        rate, self._rate = Fraction(repr(rate_per_s)), rate_per_s
        self._per_tick = rate.numerator
        self._per_recipient = rate.denominator * TICKS_PER_S
        self._scale_s = 1.0 / (TICKS_PER_S * self._per_tick)
        self._credit = (self.burst - 1) * self._per_recipient
        self._free = round(free_s / self._scale_s)

    def reserve(self, now_s: float, recipients: int) -> float:
        """Book a call of `recipients` and return how many seconds from `now_s` it may start."""
        now = int(now_s * TICKS_PER_S) * self._per_tick
        free = self._free if self._free > now else now
        self._free = free + recipients * self._per_recipient
        wait = free - self._credit - now
        return wait * self._scale_s if wait > 0 else 0.0
