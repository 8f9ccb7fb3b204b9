"""SES on virtual time: a call leaves its host, is decided upon half-way, and is answered at its outcome's latency."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator
from heapq import heappush
from math import inf
from types import coroutine
from typing import Any

from scenarios.aws.active_faults import ActiveFaults
from scenarios.aws.admission import Admission
from scenarios.aws.open_work import OpenWork
from scenarios.delivery.deliveries import deliveries_of
from scenarios.ledger.ledger import ACCEPTED, FAILED, MESSAGES, PAUSED, THROTTLED
from scenarios.schema.model import Scenario
from scenarios.traffic.chance import PerMail
from sim.calls import CallLog, pack_call
from sim.kernel import Heap, Host, Reply, World
from strategies.ports import Mail, Paused, QuotaExceeded, Rejected, SendError, Throttled, Unanswered, Unavailable

ERRORS: tuple[type[SendError], ...] = (SendError, Throttled, QuotaExceeded, Rejected, Unavailable, Paused)
"""By outcome."""


class Ses:
    """What all hosts share: the account's admission, the network's latencies, and the log of calls."""

    def __init__(
        self,
        world: World,
        scenario: Scenario,
        seed: int,
        mails: int,
        admission: Admission,
        open_work: OpenWork,
        beside: Ses | None = None,
    ) -> None:
        """`beside` is another account that sends the same mails: chance counts the attempts on both."""
        self.world, self.admission, self.open_work, self.log = world, admission, open_work, CallLog()
        self.read_timeout_s = scenario.client.read_timeout_s
        self.send_cpu_s = scenario.client.send_cpu_ms / 1000
        if beside is None:
            self.accepts = PerMail(scenario.latency.ses_send, seed, "ses_send", mails)
            self.refusals = PerMail(scenario.latency.ses_throttle, seed, "ses_throttle", mails)
            self.attempts = [0] * mails  # a list: quicker than an array, and small numbers are shared
        else:
            self.accepts, self.refusals, self.attempts = beside.accepts, beside.refusals, beside.attempts
        self.active_faults = ActiveFaults(scenario, seed)
        self.deliveries = deliveries_of(scenario, seed)

    def latencies(self, mail: int, attempt: int, now_s: float) -> tuple[float, float]:
        """Of an attempt on a mail, or on a further part of it: accepted, refused."""
        slowness = self.active_faults.slowness(now_s)
        return slowness * self.accepts.of(mail, attempt), slowness * self.refusals.of(mail, attempt)


class Call:
    """One call, and the event that it is twice: when SES decides, and when the answer arrives."""

    __slots__ = ("accept_s", "attempt", "error", "fire", "left_s", "number", "refuse_s", "start_s", "to", "waiter")

    accept_s: float
    attempt: int
    error: SendError | None
    fire: Callable[[Any], None]
    left_s: float
    number: int
    refuse_s: float
    start_s: float
    to: range
    waiter: Callable[[Any], None]


class Mailer:
    """One host's client: as many calls at once as it has connections, each taking a share of the host's processor."""

    __slots__ = (
        "_accepts",
        "_active_faults",
        "_arrive",
        "_attempts",
        "_cpu_s",
        "_decide",
        "_heap",
        "_numbers",
        "_patience_s",
        "_refusals",
        "_rows",
        "_ses",
        "_world",
        "free",
        "host",
        "waiting",
    )

    def __init__(self, ses: Ses, host: Host, connections: int, cores: float) -> None:
        self._ses, self.host, self.free = ses, host, connections
        self._cpu_s, self._patience_s = ses.send_cpu_s / cores, ses.read_timeout_s
        self.waiting: deque[Reply] = deque()
        self._world, self._heap, self._numbers = ses.world, ses.world.heap, ses.world.numbers
        self._accepts, self._refusals, self._attempts = ses.accepts.first, ses.refusals.first, ses.attempts
        self._decide, self._rows = ses.admission.decide, ses.log.rows
        self._arrive = self.decide  # bound once for all calls
        is_plain = ses.active_faults.fair and ses.deliveries is None
        self._active_faults = None if is_plain else ses.active_faults

    @coroutine
    def send(self, mail: Mail, to: range, /) -> Generator[Any, None, None]:
        """Wait for a connection; then the call leaves as soon as the processor has prepared it."""
        if not self.free:
            turn = Reply()
            self.waiting.append(turn)
            yield turn
        self.free -= 1
        call = self._call(mail.number, to)
        yield call
        self.free += 1
        if self.waiting:
            self.waiting.popleft().settle()
        if call.error is not None:
            raise call.error

    def _call(self, number: int, to: range) -> Call:
        """A call on its way to SES."""
        call, host = Call(), self.host
        call.number, call.to, call.error = number, to, None
        call.fire = self._arrive
        call.start_s = now_s = self._world.now_s
        call.left_s = left_s = host.computed_s(now_s, self._cpu_s)
        attempt = self._attempts[number]
        self._attempts[number] = attempt + 1
        if attempt or self._active_faults is not None:
            accept_s, refuse_s = self._ses.latencies(number, attempt, left_s)
        else:
            accept_s, refuse_s = self._accepts[number], self._refusals[number]
        call.accept_s, call.refuse_s, call.attempt = accept_s, refuse_s, attempt
        half_s = (accept_s if accept_s < refuse_s else refuse_s) / 2
        heappush(self._heap, (left_s + half_s, next(self._numbers), call))
        if half_s >= self._patience_s:
            self._will_go_unheard(call, left_s + half_s)
        return call

    def _will_go_unheard(self, call: Call, decided_s: float) -> None:
        """Its caller's patience ends before SES has even decided; the run does not end before that."""
        call.fire, call.error = self.decide_unheard, Unanswered("Read timeout.")
        self._world.call_at(call.left_s + self._patience_s, lambda: call.waiter(call))
        self._ses.open_work.add()
        self._world.call_at(decided_s, self._ses.open_work.done)

    def decide(self, call: Call) -> None:
        """What happens at SES: it decides, the call is noted, and the answer goes on its way."""
        now_s, to = self._world.now_s, call.to
        recipients = len(to)
        if self._active_faults is None:
            outcome = self._decide(now_s, recipients)
        else:
            outcome = self._decide_in_bad_weather(call, now_s, recipients)
        if outcome == ACCEPTED:
            latency_s = call.accept_s
        else:
            latency_s = call.refuse_s
            call.error = ERRORS[outcome](MESSAGES[outcome])
        if latency_s > self._patience_s:
            latency_s, call.error = self._patience_s, Unanswered("Read timeout.")
        end_s = call.left_s + latency_s
        self._rows += pack_call(call.number, to.start, recipients, call.start_s, now_s, end_s, outcome)
        call.fire = call.waiter
        heappush(self._heap, (end_s, next(self._numbers), call))

    def decide_unheard(self, call: Call) -> None:
        """What happens at SES after the caller has hung up."""
        now_s, recipients = self._world.now_s, len(call.to)
        decide = self._decide_in_bad_weather if self._active_faults is not None else self._decide_in_fair_weather
        outcome, end_s = decide(call, now_s, recipients), call.left_s + self._patience_s
        self._rows += pack_call(call.number, call.to.start, recipients, call.start_s, now_s, end_s, outcome)

    def _decide_in_fair_weather(self, _call: Call, now_s: float, recipients: int) -> int:
        return self._decide(now_s, recipients)

    def _decide_in_bad_weather(self, call: Call, now_s: float, recipients: int) -> int:
        """The outcome with the scenario's faults on the way; an answer that gets lost is one that comes too late."""
        active_faults, number, deliveries = self._ses.active_faults, call.number, self._ses.deliveries
        if active_faults.is_out(now_s):
            return FAILED
        if active_faults.throttles(now_s, number, call.attempt):
            return THROTTLED
        if deliveries is not None and deliveries.is_paused(now_s, number):
            return PAUSED
        outcome = self._decide(now_s, recipients)
        if outcome == ACCEPTED and deliveries is not None:
            deliveries.take(now_s, number, call.to)
        if outcome == ACCEPTED and active_faults.loses_response(now_s, number, call.attempt):
            call.accept_s = inf
        return outcome


def undecided_calls(heap: Heap) -> Iterator[tuple[float, Call, Mailer]]:
    """Calls on their way to SES: when it will decide, the call, and the client that made it."""
    for at_s, _, event in heap:
        mailer = getattr(event.fire, "__self__", None) if isinstance(event, Call) else None
        if isinstance(mailer, Mailer) and event.fire in (mailer.decide, mailer.decide_unheard):
            yield at_s, event, mailer
