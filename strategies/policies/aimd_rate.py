"""A rate that is found by trying: up by steps while SES accepts, down by a factor when it refuses.

TCP's additive increase and multiplicative decrease (Chiu and Jain 1989), with a rate in the place of a window, as
Netflix's concurrency-limits has it (`AIMDLimit`) with a concurrency.
"""

from __future__ import annotations

from math import inf


class AimdRate:
    """What one sender allows itself; `now_s` must not decrease.

    It grows by what was accepted, not by time: so much a second at full speed, and nothing while it idles, because what
    was not tried is not known. A call that began before the last decrease met the rate of before, so its refusal says
    nothing new: the rate falls at most once a round trip. Invariant: least <= per_s <= most.
    """

    __slots__ = ("_decrease", "_increase", "_least_per_s", "_lowered_s", "_most_per_s", "per_s")

    def __init__(
        self, initial_per_s: float, increase: float, decrease: float, least_per_s: float, most_per_s: float
    ) -> None:
        self._increase, self._decrease = increase, decrease
        self._least_per_s, self._most_per_s = least_per_s, most_per_s
        self.per_s = min(most_per_s, max(least_per_s, initial_per_s))
        self._lowered_s = -inf

    def accepted(self, recipients: int) -> None:
        """A call of so many recipients takes recipients ÷ rate of a sender's time."""
        self.per_s = min(self._most_per_s, self.per_s + self._increase * recipients / self.per_s)

    def refused(self, started_s: float, now_s: float) -> None:
        """A call that started then was refused."""
        if started_s >= self._lowered_s:
            self.per_s = max(self._least_per_s, self.per_s * self._decrease)
            self._lowered_s = now_s
