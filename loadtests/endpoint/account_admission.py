"""One account's admission since time zero, made of the very parts that the simulator's is made of."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from copy import deepcopy

from scenarios.aws.admission import Admission, Neighbours, rolling_quota
from scenarios.aws.limit_steps import LimitStep, limit_changes
from scenarios.aws.limiter import at_once, build_limiter, exact
from scenarios.ledger.ledger import ACCEPTED, QUOTA
from scenarios.schema.model import Scenario
from scenarios.traffic.workload import Arrivals


class AccountAdmission:
    """Decides on requests at instants that must not decrease; the caller sees to it that one thread at a time asks.

    Unlike `scenarios.aws.admission.Admission` it is told how many of the recipients count on the 24-hour quota: SES
    does not count those at its mailbox simulator.
    """

    def __init__(self, scenario: Scenario, neighbours: Arrivals, rate_per_s: float, seed: int) -> None:
        account = scenario.account
        self._limiter = build_limiter(account.limiter, rate_per_s, seed)
        self._quota = rolling_quota(account)
        self._by_rate = Admission(self._limiter, None).decide
        self._neighbours = Neighbours(neighbours, Admission(self._limiter, self._quota).decide)
        self._steps = deque(limit_changes(scenario))
        self._effective_rate = exact(account.limiter.effective_rate)
        self._hypothesis = account.limiter
        self.rate_per_s = rate_per_s

    @property
    def capacity(self) -> int:
        """The recipients that the limiter can hold at once."""
        return at_once(self._hypothesis, self.rate_per_s)

    def decide(self, now_s: float, recipients: int, counted: int) -> int:
        """The outcome of a request for so many recipients, of whom so many count on the quota."""
        self._catch_up(now_s)
        if counted and not self._quota.holds(now_s, counted):
            return QUOTA
        outcome = self._by_rate(now_s, recipients)
        if outcome == ACCEPTED and counted:
            self._quota.use(now_s, counted)
        return outcome

    def set_rate(self, now_s: float, rate_per_s: float) -> None:
        """Go on at another rate, once everything has happened that came before; the burst stays."""
        self._catch_up(now_s)
        self._use(LimitStep(now_s, rate_per_s, self._hypothesis.burst))

    def room(self, now_s: float) -> int:
        """The most recipients that a request could have at this instant, whatever the limiter's kind."""
        self._catch_up(now_s)
        return bisect_left(range(1, self.capacity + 1), True, key=lambda n: not self._would_pass(now_s, n))

    def used_24h(self, now_s: float) -> int:
        """Recipients accepted in the last 24 hours that count on the quota."""
        return self._quota.used(now_s)

    def _catch_up(self, now_s: float) -> None:
        while self._steps and self._steps[0][0] <= now_s:
            step = self._steps.popleft()
            self._neighbours.catch_up(step.at_s)
            self._use(step)
        self._neighbours.catch_up(now_s)

    def _use(self, step: LimitStep) -> None:
        self._limiter.set_rate(step.at_s, exact(step.rate_per_s) * self._effective_rate, step.burst)
        self._hypothesis = self._hypothesis.model_copy(update={"burst": step.burst})
        self.rate_per_s = step.rate_per_s

    def _would_pass(self, now_s: float, recipients: int) -> bool:
        return deepcopy(self._limiter).admit(now_s, recipients)
