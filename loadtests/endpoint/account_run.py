"""One account's time since second zero: clock, limiter, the draws for its calls, its decisions, and what follows."""

from __future__ import annotations

from collections import Counter
from copy import copy
from threading import Event, Lock
from typing import Any, NamedTuple

from numpy.typing import NDArray

from loadtests.endpoint.account_admission import AccountAdmission
from loadtests.endpoint.accounts.draws import Draws
from loadtests.endpoint.decision_log import CallTrace, DecisionLog
from loadtests.endpoint.publishing.mailroom import Course, Mailroom
from loadtests.endpoint.refusals import Refused, tenant_paused
from loadtests.endpoint.tally import Tally
from loadtests.ports.kernel import Clock
from scenarios.aws.limit_steps import limit_changes
from scenarios.delivery.tenancy import tenancy_of
from scenarios.schema.accounts.account import Account
from scenarios.schema.model import Scenario


class Call(NamedTuple):
    """A call on its way: when it arrived, and how many seconds it will take if it is accepted, and if not."""

    trace: CallTrace
    attempt: int
    arrived_s: float
    accept_s: float
    refuse_s: float


class Observed(NamedTuple):
    """Decisions with their notes, and the callers' names and SES's sentences by the numbers in the notes."""

    decisions: NDArray[Any]
    notes: NDArray[Any]
    callers: list[str]
    sentences: list[str]


class AccountRun:
    """Begins with a full limiter; `lock` is held by a thread that decides, notes or asks."""

    def __init__(
        self,
        scenario: Scenario,
        draws: Draws,
        rate_per_s: float,
        zero_unix_s: float,
        closing: Event,
        decision_log: DecisionLog,
        course: Course,
    ) -> None:
        self._scenario, self._draws, self._first_rate_per_s, self._closing = scenario, draws, rate_per_s, closing
        self.clock, self.zero_unix_s = Clock(zero_unix_s), zero_unix_s
        self.admission, self.decision_log, self.lock = self.admission_anew(), decision_log, Lock()
        self.mailroom = Mailroom(course, draws.seed, tenancy_of(scenario, course.delivery, draws.seed))
        self.rate_changes: list[tuple[float, float]] = []
        self._attempts = Counter[int]()
        self._tally = Tally()

    @property
    def account(self) -> Account:
        """What is allowed from second zero on."""
        return self._scenario.account

    def admission_anew(self) -> AccountAdmission:
        """The admission as it was at second zero, to make the decisions once more."""
        return AccountAdmission(self._scenario, self._draws.neighbours, self._first_rate_per_s, self._draws.seed)

    def begin(self, trace: CallTrace, slowness: float, delay_s: float) -> Call:
        """A call that arrives now; a mail's calls are counted, so that each has draws of its own."""
        with self.lock:
            attempt = self._attempts[trace.mail]
            self._attempts[trace.mail] = attempt + 1
        accept_s = slowness * self._draws.accepts.of(trace.mail, attempt) + delay_s
        refuse_s = slowness * self._draws.refusals.of(trace.mail, attempt) + delay_s
        return Call(trace, attempt, self.clock.now(), accept_s, refuse_s)

    def pause_of(self, tenant: int) -> Refused:
        """What SES says of mail of a tenant that AWS has paused, by the number that it has among the scenario's."""
        return tenant_paused([*self._scenario.tenants][tenant - 1])

    def end(self) -> None:
        """Another run follows, or none: what is decided from now on is noted nowhere else, and nothing more is told."""
        with self.lock:
            self.decision_log.close()
            self.mailroom.end()

    def set_rate(self, rate_per_s: float) -> None:
        """Go on at another rate from now on."""
        with self.lock:
            now_s = self.clock.now()
            self.admission.set_rate(now_s, rate_per_s)
            self.rate_changes.append((now_s, rate_per_s))

    def wait_until(self, instant_s: float) -> None:
        """A thread of this server is a call on its way; once the server closes none waits any longer."""
        delay_s = instant_s - self.clock.now()
        if delay_s > 0:
            self._closing.wait(delay_s)

    def raw(self, start: int) -> bytes:
        """The decisions from the `start`-th on until now, as an array of `DECISION_ROW` in bytes."""
        with self.lock:
            return self.decision_log.raw(start)

    def said(self, start: int) -> tuple[NDArray[Any], list[str]]:
        """For each decision from the `start`-th on the number of SES's sentence, and the sentences by their numbers."""
        with self.lock:
            return self.decision_log.notes(start)["said"], self.decision_log.sentences()

    def tally(self) -> Tally:
        """The decisions in sum; only those since the last question are counted anew."""
        with self.lock:
            self._tally.add(self.decision_log.rows(self._tally.calls))
            return copy(self._tally)

    def observed(self, start: int = 0) -> Observed:
        """The decisions from the `start`-th on until now, and what else is known of them."""
        with self.lock:
            log = self.decision_log
            return Observed(log.rows(start), log.notes(start), log.callers(), log.sentences())

    def rates(self) -> list[tuple[float, float]]:
        """Since when which rate has held, in recipients a second, until now."""
        now_s, first = self.clock.now(), (0.0, self._first_rate_per_s)
        planned = [(step.at_s, step.rate_per_s) for step in limit_changes(self._scenario) if step.at_s <= now_s]
        return sorted([first, *planned, *self.rate_changes], key=lambda step: step[0])
