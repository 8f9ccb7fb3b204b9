"""What AWS makes of an account's bounces and complaints.

Source: Amazon SES Developer Guide, "Reputation metrics messages": hard bounces only, over a representative volume; an
account is reviewed from the lower threshold on, and may be paused from the higher one on.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import Literal

REVIEW_BOUNCES, PAUSE_BOUNCES = 0.05, 0.10
REVIEW_COMPLAINTS, PAUSE_COMPLAINTS = 0.001, 0.005
KEPT = 1_000  # representative volumes: a complaint about older mail is not counted together with others

Standing = Literal["healthy", "under review", "paused"]


class Share:
    """How many of the last so many recipients were counted; those before the first were not."""

    def __init__(self, volume: int) -> None:
        self._volume, self._flags, self._number, self._count = volume, bytearray(volume), 0, 0
        self.most = 0.0

    @property
    def now(self) -> float:
        return self._count / self._volume

    def sent(self) -> None:
        """One recipient more: the oldest counts no longer."""
        place = self._number % self._volume
        self._count -= self._flags[place]
        self._flags[place] = 0
        self._number += 1

    def count(self, number: int) -> None:
        """The recipient of this number, from 0 in the order of sending, if it is among the last and not yet counted."""
        place = number % self._volume
        if self._number - number <= self._volume and not self._flags[place]:
            self._flags[place] = 1
            self._count += 1
            self.most = max(self.most, self.now)


class Cohorts:
    """How many of so many recipients in a row were counted, however long after they were sent to: the worst such row.

    A complaint comes hours after its mail, when others have been sent to.
    """

    def __init__(self, volume: int) -> None:
        self._volume, self._newest, self._counted = volume, -1, list[int]()
        self.most = 0.0

    @property
    def now(self) -> float:
        """Of the last so many that were sent to."""
        return (len(self._counted) - bisect_right(self._counted, self._newest - self._volume)) / self._volume

    def sent(self) -> None:
        """One recipient more."""
        self._newest += 1

    def count(self, number: int) -> float:
        """The highest share of any row that has this recipient in it, who is counted once."""
        place = bisect_left(self._counted, number)
        if self._counted[place : place + 1] != [number]:
            self._counted.insert(place, number)
        near = self._counted[bisect_left(self._counted, number - self._volume + 1) :]
        rows = (bisect_left(near, one + self._volume) - begin for begin, one in enumerate(near) if one <= number)
        share = max(rows) / self._volume
        self.most = max(self.most, share)
        del self._counted[: bisect_left(self._counted, self._newest - KEPT * self._volume)]
        return share


class Reputation:
    """Of one account; a pause ends by AWS's hand only, which no run sees."""

    def __init__(self, volume: int, pauses: bool) -> None:
        self.bounces, self.complaints = Share(volume), Cohorts(volume)
        self._pauses = pauses
        self.reviewed_s: float | None = None
        self.paused_s: float | None = None

    @property
    def standing(self) -> Standing:
        """Once reviewed, an account is watched to the end."""
        if self.is_paused:
            return "paused"
        return "healthy" if self.reviewed_s is None else "under review"

    @property
    def is_paused(self) -> bool:
        """Whether SES refuses whatever is sent."""
        return self._pauses and self.paused_s is not None

    def sent(self) -> None:
        """One recipient more was accepted."""
        self.bounces.sent()
        self.complaints.sent()

    def bounced(self, number: int, at_s: float) -> None:
        """The recipient of this number has bounced hard."""
        self.bounces.count(number)
        self._judge(at_s, self.bounces.now, REVIEW_BOUNCES, PAUSE_BOUNCES)

    def complained(self, number: int, at_s: float) -> None:
        """A provider has reported the complaint of the recipient of this number."""
        self._judge(at_s, self.complaints.count(number), REVIEW_COMPLAINTS, PAUSE_COMPLAINTS)

    def _judge(self, at_s: float, rate: float, review: float, pause: float) -> None:
        if rate >= review and self.reviewed_s is None:
            self.reviewed_s = at_s
        if rate >= pause and self.paused_s is None:
            self.paused_s = at_s
