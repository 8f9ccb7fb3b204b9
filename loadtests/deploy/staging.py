"""A load test on an account: what must hold before, and the stacks in whose queues SES tells what it did."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import NamedTuple

from loadtests.application.run_request import RunRequest
from loadtests.deploy import on_aws, safety, stacks
from loadtests.deploy.cloud import Cloud
from loadtests.deploy.on_aws import Permit
from loadtests.deploy.run import deployed
from loadtests.deploy.run_site import Witness
from loadtests.deploy.stack.publishing import QUEUE, SET
from loadtests.ports.ses import Envelope
from loadtests.record.run_name import new_run
from scenarios.budget import Budget
from scenarios.errors import BadInput
from scenarios.measures.cost import Prices
from scenarios.runs import plan_of
from scenarios.schema.model import Scenario
from scenarios.traffic.workload import arrivals
from strategies.resources import Plan

Show = Callable[[str], None]


def asked(scenario: Scenario, sender: str, seed: int) -> RunRequest:
    """What one run sends: a strategy's pods, or a user, which costs what `direct` does. Raises BadInput."""
    plan = plan_of(scenario, sender if sender in scenario.contenders else "direct")
    return RunRequest(scenario, sender, plan, seed, arrivals(scenario.workload, seed))


def refuse_functions(strategy: str, plan: Plan) -> None:
    """On AWS a worker is an application's pods: raises BadInput for a strategy whose functions run on Lambda."""
    if plan.functions:
        raise BadInput(
            f"{strategy}: its functions run on AWS Lambda; deploy it with seslab deploy, "
            "and load its queue with --user sqs"
        )


def permitted(
    cloud: Cloud, runs: Sequence[RunRequest], shares: int, permit: Permit, prices: Prices, show: Show
) -> Envelope:
    """Check everything, print the plan, ask; returns from whom and to whom mails may go. Raises BadInput."""
    return on_aws.permitted(cloud, runs, permit, prices, show, partial(_made, shares=shares))


def _made(runs: Sequence[RunRequest], envelope: Envelope, shares: int) -> Iterator[str]:
    each = f"a bucket, and a stack of {on_aws.resources(runs[0], envelope)}"
    yield f"for SES's events: {each}" + (f", {shares} times" if shares > 1 else "") + "; removed after each run"


def permitted_elsewhere(where: str, runs: Sequence[RunRequest], permit: Permit, prices: Prices, show: Show) -> Envelope:
    """The same for an endpoint or an application that is neither AWS nor on this machine."""
    try:
        envelope, load = on_aws.within(permit, runs, prices)
    except BadInput as error:
        raise BadInput(f"{where}, which is not on this machine: {error}") from error
    show(f"{where}, which is not on this machine")
    show(f"from {envelope.source} to {envelope.to}")
    show(f"{len(runs)} runs: {load.mails:,} calls at least, {load.recipients:,} recipients")
    safety.ask(permit.yes)
    return envelope


class EventChannel(NamedTuple):
    """A stack's outputs: mail sent with its `configuration_set` has SES's events in its queue at the URL `events`.

    They are for one reader, be it a share of a strategy's run or `reader`, who sees to it that SES accepts no more than
    `budget_recipients`.
    """

    outputs: Mapping[str, str]
    budget_recipients: int
    reader: Witness

    @property
    def configuration_set(self) -> str:
        return self.outputs[SET]

    @property
    def events(self) -> str:
        return self.outputs[QUEUE]


@contextmanager
def channels(
    request: RunRequest, shares: int, cloud: Cloud, envelope: Envelope, budget: Budget, say: stacks.Say
) -> Iterator[list[EventChannel]]:
    """One for each share, until the block ends; after a kill the next command removes them.

    Raises BadInput or RunFailed where they cannot be made. Each holds its part of the budget while mails are sent.
    """
    part = budget._replace(recipients=-(-budget.recipients // shares))
    with ExitStack() as until_over:
        yield [until_over.enter_context(_channel(request, cloud, envelope, part, say)) for _ in range(shares)]


@contextmanager
def _channel(
    request: RunRequest, cloud: Cloud, envelope: Envelope, budget: Budget, say: stacks.Say
) -> Iterator[EventChannel]:
    name = new_run()
    with on_aws.site(request, name, cloud, envelope, budget) as site, deployed(request, name, site, None, say) as stack:
        yield EventChannel(stack.outputs, budget.recipients, site.witness_of(stack.outputs))
