"""Which target a load test has, and what must hold, and be asked, before it sends there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from loadtests.application.run_request import RunRequest
from loadtests.deploy import on_aws, safety, staging
from loadtests.deploy.cloud import aws
from loadtests.deploy.on_aws import Permit
from loadtests.load.assignment import RUN_BITS, SENDS_ITSELF, Place
from loadtests.load.options import Crew
from loadtests.load.targets.accounts import accounts_of
from loadtests.load.targets.aws_target import AwsTarget
from loadtests.load.targets.check_target import elsewhere
from loadtests.load.targets.target import LocalTarget, Target
from loadtests.ports.ses import SENDER, Envelope
from loadtests.record.labels import labelled
from scenarios.errors import BadInput
from scenarios.measures.cost import Prices
from scenarios.schema.model import Scenario

__all__ = ["LoadRequest", "Crew", "Permit", "Place", "Target", "target_of"]

Show = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class LoadRequest:
    """What a load test is asked to do besides its scenario: where mails go, what is allowed, and through what.

    `events` is the URL of a queue with SES's events, where none is to be made. All is sent in each of so many `rounds`.
    """

    place: Place
    permit: Permit = field(default_factory=Permit)
    crew: Crew = field(default_factory=Crew)
    events: str | None = None
    rounds: int = 1

    @property
    def envelope(self) -> Envelope:
        return Envelope(self.permit.source or SENDER, self.permit.to)


def target_of(scenario: Scenario, senders: Sequence[str], asked: LoadRequest, prices: Prices, show: Show) -> Target:
    """Mail that may leave this machine has a plan, a budget and a question. Raises BadInput and RunFailed."""
    for sender in senders:
        _check_several(scenario, sender, asked.place)
    runs = [staging.asked(scenario, sender, scenario.seed) for sender in senders]
    allow = safety.allowed(asked.permit.allow)
    for sender, request in zip(senders, runs, strict=True):
        envelope = asked.envelope._replace(archive=scenario.archive)
        safety.check_recipients(envelope, allow, request.mails)
        safety.check_recipients(_as_sent(sender, envelope), allow, request.mails)
    runs *= asked.rounds  # a budget is for all of them
    if asked.place.region is not None:
        return _on_aws(runs, asked, prices, show)
    if far := elsewhere(asked.place):
        staging.permitted_elsewhere(", ".join(far), runs, asked.permit, prices, show)
    target = LocalTarget(asked.place, accounts_of(scenario))
    target.check(asked.place, senders)
    return target


def _check_several(scenario: Scenario, sender: str, place: Place) -> None:
    """Raises BadInput where several accounts cannot be told apart, or nothing says whose a mail is."""
    if not scenario.accounts:
        return
    if sender == "sqs":
        raise BadInput(
            f"{scenario.name}: has several accounts, and sqs loads a queue of one; use another user, or a strategy"
        )
    if place.region is not None:
        raise BadInput(
            "--region: boto3's key is of one account; give the --endpoint of a seslab serve that has several"
        )


def _as_sent(sender: str, envelope: Envelope) -> Envelope:
    """An application gets addresses with labels of ours, whatever the template's own."""
    return envelope._replace(to=labelled(envelope.to, (1 << RUN_BITS) - 1)) if sender == "http" else envelope


def _on_aws(runs: Sequence[RunRequest], asked: LoadRequest, prices: Prices, show: Show) -> AwsTarget:
    for request in runs:
        _check_reader(request, asked.events)
    cloud, permit, shares = aws(asked.place.region), asked.permit, asked.crew.size
    if asked.events is None:
        staging.permitted(cloud, runs, shares, permit, prices, show)
    else:
        on_aws.permitted(
            cloud, runs, permit, prices, show, lambda *_: iter((f"SES's events come from {asked.events}",))
        )
    return AwsTarget(cloud, permit.budget, shares, asked.events, show)


def _check_reader(request: RunRequest, events: str | None) -> None:
    """A user that lets another program send cannot choose where events go; a share reads none but its own."""
    sender = request.strategy
    if sender in request.scenario.contenders:
        staging.refuse_functions(sender, request.plan)
        if events is not None:
            raise BadInput(f"--events: {sender} reads queues of its own; leave it out")
    elif sender not in SENDS_ITSELF and events is None:
        raise BadInput(f"--events: missing; give the URL of the queue with SES's events about what {sender} sends")
