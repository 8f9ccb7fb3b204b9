"""One account's decision on a request, in SES's order: size, 24-hour quota, rate."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from itertools import chain, repeat
from math import inf
from sys import maxsize

from scenarios.aws.limiter import Limiter, build_limiter
from scenarios.ledger.ledger import ACCEPTED, QUOTA, REJECTED, THROTTLED
from scenarios.schema.accounts.account import Account
from scenarios.schema.model import Scenario
from scenarios.traffic.workload import Arrivals
from strategies.ports import MAX_RECIPIENTS

DAY_S, MINUTES = 86_400.0, 1440
UNLIMITED = -1


Decide = Callable[[float, int], int]
"""The outcome, an index into `OUTCOMES`, of a request at an instant for so many recipients."""


class Admission:
    """All senders of one account meet here; instants must not decrease.

    `decide` is put together from what the account has, so that a plain account pays for nothing else.
    """

    def __init__(self, limiter: Limiter, quota: RollingQuota | None, neighbours: Arrivals | None = None) -> None:
        self._limiter = limiter
        self.decide = _by_rate(limiter.admit)
        if quota is not None:
            self.decide = partial(_by_quota, quota, self.decide)
        self._shared = None if neighbours is None else Neighbours(neighbours, self.decide)
        if self._shared is not None:
            self.decide = self._shared.decide

    def set_rate(self, now_s: float, rate_per_s: Fraction, burst: int | None = None) -> None:
        """Go on at another rate and burst, once the neighbours have asked that came before."""
        if self._shared is not None:
            self._shared.catch_up(now_s)
        self._limiter.set_rate(now_s, rate_per_s, burst)


def _by_rate(admit: Callable[[float, int], bool]) -> Decide:
    def decide(now_s: float, recipients: int) -> int:
        if 0 < recipients <= MAX_RECIPIENTS:
            return ACCEPTED if admit(now_s, recipients) else THROTTLED
        return REJECTED

    return decide


def _by_quota(quota: RollingQuota, decide: Decide, now_s: float, recipients: int) -> int:
    """Asks the 24-hour quota before the rate; what it refuses costs nothing."""
    if not 0 < recipients <= MAX_RECIPIENTS:
        return REJECTED
    if not quota.holds(now_s, recipients):
        return QUOTA
    outcome = decide(now_s, recipients)
    if outcome == ACCEPTED:
        quota.use(now_s, recipients)
    return outcome


class Neighbours:
    """Other senders on the account: they ask at their own instants, just before the first request after them."""

    def __init__(self, neighbours: Arrivals, decide: Decide) -> None:
        self._decide = decide
        self._requests = chain(
            zip(neighbours.intended_s.data, neighbours.recipients.data, strict=True), repeat((inf, 0))
        )
        self._next = next(self._requests)

    def decide(self, now_s: float, recipients: int) -> int:
        self.catch_up(now_s)
        return self._decide(now_s, recipients)

    def catch_up(self, now_s: float) -> None:
        while self._next[0] <= now_s:
            self._decide(*self._next)
            self._next = next(self._requests)


def day_before(recipients: int) -> Iterator[tuple[float, int]]:
    """When so many were accepted in the 24 hours before second 0, and how many then: evenly, by the minute at most."""
    steps = min(recipients, MINUTES)
    for step in range(steps):
        count = (step + 1) * recipients // steps - step * recipients // steps
        yield (step + 1) * DAY_S // steps - DAY_S, count  # whole seconds, so that a day later is exact


class RollingQuota:
    """Recipients accepted in the last 24 hours, exactly.

    AWS's text has it both ways at the edge: `strict` counts the request itself, `debt` asks only whether any quota is
    left.
    """

    def __init__(self, per_day: int, strict: bool, sent_before: int = 0) -> None:
        self._per_day, self._strict = per_day, strict
        self._times, self._counts = array("d"), array("q")
        self._head = self._used = 0
        for at_s, recipients in day_before(sent_before):
            self.use(at_s, recipients)

    def holds(self, now_s: float, recipients: int) -> bool:
        self._forget(now_s - DAY_S)
        return self._used + (recipients if self._strict else 1) <= self._per_day

    def use(self, now_s: float, recipients: int) -> None:
        self._times.append(now_s)
        self._counts.append(recipients)
        self._used += recipients

    def used(self, now_s: float) -> int:
        """Recipients accepted in (now - 24 h, now]."""
        self._forget(now_s - DAY_S)
        return self._used

    def _forget(self, until_s: float) -> None:
        while self._head < len(self._times) and self._times[self._head] <= until_s:
            self._used -= self._counts[self._head]
            self._head += 1
        if self._head > 4096 and self._head * 2 > len(self._times):
            del self._times[: self._head], self._counts[: self._head]
            self._head = 0


def admission_of(scenario: Scenario, neighbours: Arrivals | None, seed: int) -> Admission:
    """The account that a scenario describes."""
    account = scenario.account
    limiter = build_limiter(account.limiter, account.max_send_rate_per_s, seed)
    return Admission(limiter, None if account.max_24h_send == UNLIMITED else rolling_quota(account), neighbours)


def rolling_quota(account: Account) -> RollingQuota:
    """Whatever is unlimited is counted, too."""
    per_day = maxsize if account.max_24h_send == UNLIMITED else account.max_24h_send
    return RollingQuota(per_day, account.daily_edge == "strict", account.sent_last_24h)
