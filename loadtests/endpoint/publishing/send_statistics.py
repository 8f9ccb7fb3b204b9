"""What GetSendStatistics tells: counts for each quarter of an hour, of the last two weeks."""

from __future__ import annotations

from collections import Counter
from typing import Any, Literal, get_args

from scenarios.formats.instants import to_second

QUARTER_S, KEPT_S = 900, 14 * 86_400
Kind = Literal["DeliveryAttempts", "Bounces", "Complaints", "Rejects"]


class SendStatistics:
    """Instants are of Unix time."""

    def __init__(self) -> None:
        self._quarters: dict[int, Counter[Kind]] = {}

    def count(self, kind: Kind, at_unix_s: float, number: int = 1) -> None:
        """So many more of a kind."""
        quarter = int(at_unix_s // QUARTER_S)
        if quarter not in self._quarters:
            self._forget(quarter - KEPT_S // QUARTER_S)
        self._quarters.setdefault(quarter, Counter())[kind] += number

    def points(self) -> list[dict[str, Any]]:
        """Oldest first; `Timestamp` is when the quarter began."""
        quarters = sorted(self._quarters.items())
        return [
            {"Timestamp": to_second(quarter * QUARTER_S), **{kind: counts[kind] for kind in get_args(Kind)}}
            for quarter, counts in quarters
        ]

    def _forget(self, until: int) -> None:
        for quarter in [quarter for quarter in self._quarters if quarter < until]:
            del self._quarters[quarter]
