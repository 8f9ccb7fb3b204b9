"""What `seslab deploy`, `status` and `teardown` do."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from loadtests.application.one_account import refuse_several
from loadtests.application.run_request import RunRequest
from loadtests.deploy import safety, stacks, tracking
from loadtests.deploy.cloud import Cloud, aws, speaking_plainly
from loadtests.deploy.run import setup_of
from loadtests.deploy.stack.names import checked_run
from loadtests.deploy.stack.template import template
from loadtests.deploy.stack.weekly import Weekly
from loadtests.function.package import Beside
from loadtests.ports.local import REGION, local_session
from loadtests.ports.ses import SENDER, Envelope
from loadtests.ports.tables import definition
from loadtests.record.run_name import new_run
from scenarios.errors import BadInput
from scenarios.formats.quoted import printable
from scenarios.schema.model import Scenario
from scenarios.tracking.request import plan_of as plan_of_tracker
from strategies.resources import Table

ONLY_BUCKET = "s3"
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
    weekly: Weekly | None = None

    def beside(self) -> list[Beside]:
        """What they need of the package."""
        return [] if self.weekly is None else [self.weekly.packed()]


PLAIN = Wanted()


def deploy(
    cloud: Cloud, scenario: Scenario, strategy: str, sender: str | None, say: stacks.Say, wanted: Wanted = PLAIN
) -> Iterator[str]:
    """Make the strategy's stack, which stays; yields its run and its outputs, a line each."""
    refuse_several(scenario, "a stack sends")
    on_aws = cloud.world == "aws"
    source = safety.check_sender(sender) if on_aws else sender or SENDER
    envelope = Envelope(source, archive=scenario.archive)
    request = RunRequest.of(scenario, strategy, scenario.seed)
    publishes = on_aws or wanted.weekly is not None
    setup = setup_of(request, envelope, os.environ.get("AWS_ENDPOINT_URL_SESV2"), publishes)
    document = template(request.plan, setup._replace(**wanted._asdict()))
    if not document["Resources"]:
        raise BadInput(f"{strategy}: consists of the application's pods alone; there is nothing to deploy")
    run = new_run()
    yield from _told(
        run, stacks.deploy(cloud, run, strategy, document, say, request.plan.strategies(), wanted.beside())
    )


def deploy_tracker(
    cloud: Cloud, scenario: Scenario, table: str | None, say: stacks.Say, wanted: Wanted = PLAIN
) -> Iterator[str]:
    """Make the stack of a status tracker, which keeps statuses in a table of its own, or in one that is there.

    Yields its run and its outputs, a line each. Raises BadInput for a table that is not there, or has other keys.
    """
    plan = plan_of_tracker(scenario)
    if table is not None:
        (own,) = plan.tables
        check_keys(cloud, table, own)
        plan = replace(plan, tables=(replace(own, already=table),))
    run = new_run()
    yield from _told(run, tracking.made(cloud, run, scenario, plan, say, wanted.dashboard))


def _told(run: str, outputs: Mapping[str, str]) -> Iterator[str]:
    yield f"run {run}"
    yield from (f"{name} {value}" for name, value in sorted(outputs.items()))


def check_keys(cloud: Cloud, table: str, declared: Table) -> None:
    """Raises BadInput unless there is such a table, with the keys that are declared."""
    dynamodb, wanted = cloud.client("dynamodb"), definition(declared)
    with speaking_plainly(cloud.world):
        try:
            found = dynamodb.describe_table(TableName=table)["Table"]
        except dynamodb.exceptions.ResourceNotFoundException as error:
            raise BadInput(f"table {table}: there is none on {cloud.world} ({cloud.region})") from error
    if _keys(found) != _keys(wanted):
        raise BadInput(f"table {table}: its key is {_keys(found)}; must be {_keys(wanted)}")


def _keys(table: Mapping[str, Any]) -> str:
    types = {one["AttributeName"]: one["AttributeType"] for one in table["AttributeDefinitions"]}
    each = ((one["AttributeName"], one["KeyType"]) for one in table["KeySchema"])
    return ", ".join(f"{name} ({kind}, {types[name]})" for name, kind in each)


def weekly_of(asked: str, module: str, reads: tuple[str, ...]) -> Weekly:
    """The report as `--weekly-report` asks for it: to an address, or `s3` for the bucket alone. Raises BadInput."""
    if asked == ONLY_BUCKET:
        return Weekly(module, reads)
    if not safety.is_address(asked):
        raise BadInput(f"--weekly-report {printable(asked)}: must be {ONLY_BUCKET}, or one plain address")
    return Weekly(module, reads, asked)


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
