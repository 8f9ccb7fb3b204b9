"""What `seslab deploy`, `status` and `teardown` do."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

from loadtests.application.run_request import RunRequest
from loadtests.deploy import safety, stacks
from loadtests.deploy.cloud import Cloud, aws
from loadtests.deploy.run import setup_of
from loadtests.deploy.stack.names import checked_run
from loadtests.deploy.stack.template import template
from loadtests.ports.local import REGION, local_session
from loadtests.ports.ses import SENDER, Envelope
from loadtests.record.run_name import new_run
from scenarios.errors import BadInput
from scenarios.schema.model import Scenario

MINISTACK_URL = "http://127.0.0.1:4566"


def cloud_of(on: str, region: str | None) -> Cloud:
    """`aws`, or a ministack that runs already, where AWS_ENDPOINT_URL says or at its usual port."""
    if on == "aws":
        return aws(region)
    url = os.environ.get("AWS_ENDPOINT_URL", MINISTACK_URL)
    return Cloud("ministack", local_session(region or REGION), url)


class Wanted(NamedTuple):
    """What a stack that stays shall have beside its strategy."""

    dashboard: bool = False


PLAIN = Wanted()


def deploy(
    cloud: Cloud, scenario: Scenario, strategy: str, sender: str | None, say: stacks.Say, wanted: Wanted = PLAIN
) -> Iterator[str]:
    """Make the strategy's stack, which stays; yields its run and its outputs, a line each."""
    on_aws = cloud.world == "aws"
    source = safety.check_sender(sender) if on_aws else sender or SENDER
    envelope = Envelope(source, archive=scenario.archive)
    request = RunRequest.of(scenario, strategy, scenario.seed)
    setup = setup_of(request, envelope, os.environ.get("AWS_ENDPOINT_URL_SESV2"), on_aws)
    document = template(request.plan, setup._replace(dashboard=wanted.dashboard))
    if not document["Resources"]:
        raise BadInput(f"{strategy}: consists of the application's pods alone; there is nothing to deploy")
    run = new_run()
    made = stacks.deploy(cloud, run, strategy, document, say, request.plan.strategies())
    yield f"run {run}"
    yield from (f"{name} {value}" for name, value in sorted(made.items()))


def status(cloud: Cloud) -> list[tuple[str, ...]]:
    """A row for each run that has something there: run, strategy, state, age."""
    return [(s.run, s.strategy, s.state, _age(s.age_s)) for s in stacks.status(cloud)]


def _age(age_s: float) -> str:
    minutes = int(age_s // 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"


def teardown(cloud: Cloud, run: str | None, everything: bool, say: stacks.Say) -> list[str]:
    """Remove one run, or every one; the runs that were removed. Raises BadInput for a run that is not there."""
    if (run is None) == (not everything):
        raise BadInput("teardown: name a run, or use --all; seslab status lists what there is")
    if run is not None:
        run = checked_run(run)
        stacks.require(cloud, run)
    return stacks.teardown(cloud, run, say)
