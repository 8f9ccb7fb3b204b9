"""The world aws: a strategy's stack on an account, watched through SES's own events."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

from numpy.typing import NDArray

from loadtests.application.one_account import refuse_several
from loadtests.application.run_request import RunRequest
from loadtests.deploy import account, safety
from loadtests.deploy import run as running
from loadtests.deploy.cloud import Cloud
from loadtests.deploy.events import EventsQueue, Told
from loadtests.deploy.run import setup_of
from loadtests.deploy.run_site import RunSite
from loadtests.deploy.stack.publishing import QUEUE as WITNESS_QUEUE
from loadtests.deploy.stack.template import template
from loadtests.ports.ses import TO_SIMULATOR, Envelope
from loadtests.record import run_registry
from scenarios.budget import Budget
from scenarios.errors import RunFailed
from scenarios.ledger.ledger import Ledger
from scenarios.measures.cost import Prices
from scenarios.runs import Watch
from scenarios.schema.model import Scenario

EVENTS_PATIENCE_S = 60.0  # after the run, for events on their way
LONG_POLL_S = 5
QUIET_S = 60.0  # SQS's counts are right a minute after the last message: its page on GetQueueAttributes
POLL_S = 2
LOOK_S = 2.0
SETTLE_S = 15.0  # for logs on their way
HEAD_S = 3.0


class Permit(NamedTuple):
    """What a user allows a command to do: in whose name, to whom, how much; `yes` answers the question beforehand."""

    source: str | None = None
    to: str = TO_SIMULATOR
    allow: tuple[str, ...] = ()
    budget: Budget = Budget()
    yes: bool = False


def prepare(
    cloud: Cloud,
    scenario: Scenario,
    strategies: Sequence[str],
    replications: int,
    permit: Permit,
    prices: Prices,
    show: Callable[[str], None],
) -> Callable[[Scenario, str, int, Watch | None], Ledger]:
    """Check everything, print the plan, ask; returns the runner. Nothing is made or sent before it returns.

    Raises BadInput for whatever is not allowed, or when the answer is no.
    """
    refuse_several(scenario, "one profile's key sends")
    runs = [RunRequest.of(scenario, name, scenario.seed + k) for name in strategies for k in range(replications)]
    envelope = permitted(cloud, runs, permit, prices, show, _made)
    return partial(running.run, sites=partial(site, cloud=cloud, envelope=envelope, budget=permit.budget))


def permitted(
    cloud: Cloud,
    runs: Sequence[RunRequest],
    permit: Permit,
    prices: Prices,
    show: Callable[[str], None],
    made: Callable[[Sequence[RunRequest], Envelope], Iterator[str]],
) -> Envelope:
    """Check everything, print the plan, ask; returns from whom and to whom mails may go.

    `made` tells, in lines of the plan, what the runs will make on the account. Raises BadInput.
    """
    envelope, load = within(permit, runs, prices)
    ses_account = account.ses_account_of(cloud)
    account.check_quota(
        ses_account, max(request.scenario.account.max_send_rate_per_s for request in runs), load.recipients
    )
    account.check_verified(cloud, envelope.source)
    for line in (*_sent(cloud, ses_account, envelope, load, len(runs)), *made(runs, envelope)):
        show(line)
    safety.ask(permit.yes)
    return envelope


def within(permit: Permit, runs: Sequence[RunRequest], prices: Prices) -> tuple[Envelope, safety.Load]:
    """From whom and to whom the runs' mails may go, and what they come to. Raises BadInput for what is not allowed."""
    envelope = Envelope(safety.check_sender(permit.source), permit.to, archive=runs[0].scenario.archive)
    allow = safety.allowed(permit.allow)
    for request in runs:
        safety.check_recipients(envelope, allow, request.mails)
    load = safety.total([safety.load_of(request.scenario, request.plan, request.mails, prices) for request in runs])
    safety.check_budget(load, permit.budget)
    return envelope, load


def _sent(
    cloud: Cloud, ses_account: account.SesAccount, envelope: Envelope, load: safety.Load, runs: int
) -> Iterator[str]:
    """What will be sent, to read before saying yes."""
    sandbox = ", in SES's sandbox" if ses_account.in_sandbox else ""
    allowed = f"SES allows {ses_account.rate_per_s:g} recipients/s"
    yield f"AWS account {ses_account.account}, {cloud.region}{sandbox}; {allowed}"
    copied = f", a copy of each mail to {' and '.join(envelope.archive)}" if envelope.archive else ""
    yield f"from {envelope.source} to {envelope.to}{copied}"
    yield f"{runs} runs: {load.mails:,} calls at least, {load.recipients:,} recipients, about {load.usd:.2f} USD"


def _made(runs: Sequence[RunRequest], envelope: Envelope) -> Iterator[str]:
    for strategy, request in {request.strategy: request for request in runs}.items():
        yield f"{strategy}: a bucket, and a stack of {resources(request, envelope)}; all of it is removed after the run"


def resources(request: RunRequest, envelope: Envelope) -> str:
    """What a run's stack holds, by kind."""
    document = template(request.plan, setup_of(request, envelope, _ses_url()))
    kinds = Counter(part["Type"].removeprefix("AWS::") for part in document["Resources"].values())
    return ", ".join(f"{count} {kind}" for kind, count in kinds.items())


@contextmanager
def site(request: RunRequest, name: str, cloud: Cloud, envelope: Envelope, budget: Budget) -> Iterator[RunSite]:
    """The account, through the eyes of the stack's own event queue."""
    kept = run_registry.witness_of(name)

    def witness_of(outputs: Mapping[str, str]) -> EventsWitness:
        return EventsWitness(EventsQueue(cloud.client("sqs"), outputs[WITNESS_QUEUE], kept), budget)

    yield RunSite(
        cloud,
        envelope,
        witness_of,
        _ses_url(),
        witness=kept,
        quiet_s=QUIET_S,
        poll_s=POLL_S,
        look_s=LOOK_S,
        settle_s=SETTLE_S,
        head_s=HEAD_S,
    )


def _ses_url() -> str | None:
    """The override of SES's address, which the harness and its functions share."""
    return os.environ.get("AWS_ENDPOINT_URL_SESV2")


class EventsWitness:
    """The witness: what SES publishes of each mail. It also sees to it that the budget holds while mails are sent."""

    def __init__(self, queue: EventsQueue, budget: Budget) -> None:
        self._queue, self._budget = queue, budget
        self._zero_unix_s, self._told, self._heard = 0, Told(0), 0

    def begin(self, zero_unix_s: int) -> None:
        """Asking again for the same second zero forgets nothing."""
        if zero_unix_s != self._zero_unix_s:
            self._zero_unix_s, self._told, self._heard = zero_unix_s, Told(zero_unix_s), 0

    def look(self) -> None:
        self._queue.read_all()
        recipients = self._up_to_date().accepted_recipients
        if recipients > self._budget.recipients:
            raise RunFailed(f"--budget-recipients {self._budget.recipients}: SES has accepted {recipients}; stopped")

    def calls(self, expected: int) -> NDArray[Any]:
        until_s = time.monotonic() + EVENTS_PATIENCE_S
        while len(self._up_to_date()) < expected and time.monotonic() < until_s:
            self._queue.read(LONG_POLL_S)
        self._queue.read_all()
        return self._up_to_date().rows()

    def _up_to_date(self) -> Told:
        """What events have told, those among them that have come since it was asked last."""
        new = self._queue.events[self._heard :]
        self._told.hear(new)
        self._heard += len(new)
        return self._told
