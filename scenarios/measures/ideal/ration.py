"""The best possible under the 24-hour quota: what the ideal sender may give SES when, in front of the limiter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from scenarios.aws.admission import DAY_S, UNLIMITED, day_before
from scenarios.measures.ideal.admitted import Admitted, Floats, Through
from scenarios.schema.accounts.account import Account
from scenarios.traffic.workload import Arrivals


class Quota(NamedTuple):
    """Recipients in any 24 hours, whether a mail must fit into what is left of them, and what was used before."""

    per_day: int
    strict: bool
    sent_before: int = 0

    def holds(self, recipients: int) -> bool:
        """Whether so many fit into it, whenever they go."""
        return recipients + self.sent_before <= self.per_day


def quota_of(account: Account) -> Quota | None:
    """None if it is unlimited."""
    unlimited = account.max_24h_send == UNLIMITED
    return None if unlimited else Quota(account.max_24h_send, account.daily_edge == "strict", account.sent_last_24h)


def rationed(mails: Iterable[Arrivals], quota: Quota, recipients: int, through: Through) -> Iterator[Admitted]:
    """Each mail goes when its first recipient has a place: a day after the recipient `per_day` before it was admitted.

    That is exact for mails to one recipient, and for a quota that lets a mail go if anything is left.
    """
    ration = _Ration(quota, recipients)
    for admitted in through(ration.let_go(mails)):
        yield Admitted(ration.intended_s, admitted.admitted_s)
        ration.use(admitted.admitted_s)


class _Ration:
    """When the next places are free: those of the quota, or as many as there are recipients."""

    def __init__(self, quota: Quota, recipients: int) -> None:
        places = min(quota.per_day, recipients)
        unused = min(quota.per_day - quota.sent_before, places)
        used = [(at_s + DAY_S, count) for at_s, count in day_before(quota.sent_before)]
        free_s = np.repeat([at_s for at_s, _ in used], [count for _, count in used])[: places - unused]
        self._free_s = np.concatenate((np.full(unused, -np.inf), free_s))
        self.intended_s = np.empty(0)  # of the recipients that were let go last

    def let_go(self, chunks: Iterable[Arrivals]) -> Iterator[Arrivals]:
        """So many mails at a time that it is known of each first recipient when it has a place."""
        for mails in chunks:
            first, start = np.cumsum(mails.recipients, dtype=np.int64) - mails.recipients, 0
            while start < len(first):
                place = first[start:] - first[start]
                end = start + int(np.searchsorted(place, len(self._free_s)))
                intended_s, recipients = mails.intended_s[start:end], mails.recipients[start:end]
                self.intended_s = np.repeat(intended_s, recipients)
                yield Arrivals(np.maximum(intended_s, self._free_s[place[: end - start]]), recipients)
                start = end

    def use(self, admitted_s: Floats) -> None:
        self._free_s = np.concatenate((self._free_s, admitted_s + DAY_S))[-len(self._free_s) :]
