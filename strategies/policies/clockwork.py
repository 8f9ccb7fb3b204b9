"""Whether refusals come like clockwork, which tells of a slower refill, or by chance, which tells of a neighbour."""

from __future__ import annotations

from collections import deque
from math import sqrt

GAPS = 12  # as many as tell one from the other
REGULAR = 0.3  # coefficient of variation of the gaps: that of chance is near 1, and of twelve hardly ever below 0.35


class Clockwork:
    """Measures in recipients how far apart refusals are, and how fast recipients are accepted meanwhile."""

    __slots__ = ("_accepted", "_gap", "_gaps", "_since_s")

    def __init__(self, now_s: float) -> None:
        self.restart(now_s)

    def restart(self, now_s: float) -> None:
        """Forget what was: the limiter has just been found empty."""
        self._gaps: deque[int] = deque(maxlen=GAPS)
        self._gap, self._accepted, self._since_s = 0, 0, now_s

    def accepted(self, recipients: int) -> None:
        self._gap += recipients
        self._accepted += recipients

    def refused(self, now_s: float) -> float | None:
        """Note a refusal; the rate of acceptances, in recipients a second, if refusals have become regular."""
        self._gaps.append(self._gap)
        self._gap = 0
        if len(self._gaps) < GAPS or not _is_regular(self._gaps):
            return None
        rate_per_s = self._accepted / (now_s - self._since_s)
        self.restart(now_s)
        return rate_per_s


def _is_regular(gaps: deque[int]) -> bool:
    mean = sum(gaps) / len(gaps)
    return sqrt(sum((gap - mean) ** 2 for gap in gaps) / len(gaps)) < REGULAR * mean
