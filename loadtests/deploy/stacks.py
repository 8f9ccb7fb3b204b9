"""Stacks of runs: made, listed, and removed whatever state they are in."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import WaiterError

from loadtests.deploy import bucket as buckets
from loadtests.deploy.cloud import Cloud, speaking_plainly
from loadtests.deploy.stack.lambdas import BUCKET, KEY
from loadtests.deploy.stack.names import RUN_TAG, stack_of
from loadtests.function.package import Beside, package
from scenarios.errors import BadInput, RunFailed

STRATEGY_TAG = "seslab:strategy"
ONLY_A_BUCKET = "only a bucket"
PATIENCE_S = 900  # for a stack; a mapping takes AWS about a minute to make and two to delete
LOCAL_POLL_S, POLL_S = 0.2, 3.0

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class StackStatus:
    """A run that has something on an account; `state` is CloudFormation's, or says that there is only a bucket."""

    run: str
    strategy: str
    state: str
    age_s: float


def deploy(
    cloud: Cloud,
    run: str,
    contender: str,
    template: Mapping[str, Any],
    say: Say,
    strategies: Iterable[str],
    beside: Iterable[Beside] = (),
) -> dict[str, str]:
    """Make the run's bucket and stack, with the code of the strategies and of what is beside them.

    Returns the stack's outputs.

    Raises BadInput for what is wrong with the account's configuration, RunFailed when AWS cannot make the stack.
    """
    with speaking_plainly(cloud.world):
        say(f"packing {contender}")
        name, key = buckets.fill(cloud, run, package(*strategies, beside=beside))
        say(f"making stack {stack_of(run)}: {len(template['Resources'])} resources")
        _create(cloud, run, contender, template, {BUCKET: name, KEY: key})
        return outputs(cloud, run)


def _create(cloud: Cloud, run: str, strategy: str, template: Mapping[str, Any], parameters: Mapping[str, str]) -> None:
    formation, name = cloud.client("cloudformation"), stack_of(run)
    formation.create_stack(
        StackName=name,
        TemplateBody=json.dumps(template),
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        Capabilities=["CAPABILITY_IAM"],
        OnFailure="DO_NOTHING",  # the failure stays there to be read; teardown removes the rest
        Tags=[{"Key": RUN_TAG, "Value": run}, {"Key": STRATEGY_TAG, "Value": strategy}],
    )
    _wait(cloud, formation, "stack_create_complete", name)


def _wait(cloud: Cloud, formation: Any, until: str, name: str) -> None:
    poll_s = POLL_S if cloud.url is None else LOCAL_POLL_S
    try:
        formation.get_waiter(until).wait(
            StackName=name, WaiterConfig={"Delay": poll_s, "MaxAttempts": int(PATIENCE_S / poll_s)}
        )
    except WaiterError as error:
        raise RunFailed(f"stack {name}: {_why(formation, name)}") from error


def _why(formation: Any, name: str) -> str:
    """The first thing that failed, in CloudFormation's words."""
    events = formation.describe_stack_events(StackName=name)["StackEvents"]
    failed = [event for event in events if event["ResourceStatus"].endswith("FAILED")]
    if not failed:
        return "not ready in time"
    first = min(failed, key=lambda event: (event["LogicalResourceId"] == name, event["Timestamp"]))
    return f"{first['LogicalResourceId']}: {first['ResourceStatus']}: {first.get('ResourceStatusReason', 'no reason')}"


def outputs(cloud: Cloud, run: str) -> dict[str, str]:
    """A stack's outputs by name."""
    stack = cloud.client("cloudformation").describe_stacks(StackName=stack_of(run))["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", ())}


def status(cloud: Cloud) -> list[StackStatus]:
    """Every run that has left something, oldest first."""
    with speaking_plainly(cloud.world):
        stacks = _stacks(cloud)
        lonely = buckets.buckets(cloud).keys() - {one.run for one in stacks}
    found = [*stacks, *(StackStatus(run, "", ONLY_A_BUCKET, 0.0) for run in lonely)]
    return sorted(found, key=lambda one: one.run)


def _stacks(cloud: Cloud) -> list[StackStatus]:
    pages = cloud.client("cloudformation").get_paginator("describe_stacks").paginate()
    return [_status(stack) for page in pages for stack in page["Stacks"] if _tags(stack).get(RUN_TAG)]


def _tags(stack: Mapping[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in stack.get("Tags", ())}


def _status(stack: Mapping[str, Any]) -> StackStatus:
    tags, now = _tags(stack), dt.datetime.now(dt.UTC)
    age_s = max(0.0, (now - stack["CreationTime"]).total_seconds())
    return StackStatus(tags[RUN_TAG], tags.get(STRATEGY_TAG, ""), stack["StackStatus"], age_s)


def teardown(cloud: Cloud, run: str | None, say: Say) -> list[str]:
    """Remove a run's stack and bucket, or all runs' with None; returns the runs. What is gone already is no error."""
    with speaking_plainly(cloud.world):
        stacks, filled = {one.run for one in _stacks(cloud)}, buckets.buckets(cloud)
        runs = sorted({*stacks, *filled} if run is None else {run} & {*stacks, *filled})
        for each in runs:
            say(f"removing {stack_of(each)}")
            if each in stacks:
                _delete(cloud, stack_of(each))
            if each in filled:
                buckets.remove(cloud, filled[each])
    return runs


def _delete(cloud: Cloud, name: str) -> None:
    formation = cloud.client("cloudformation")
    _halt(cloud, formation, name)
    formation.delete_stack(StackName=name)
    _wait(cloud, formation, "stack_delete_complete", name)


def halt(cloud: Cloud, run: str) -> None:
    """Let no function of a run begin any more, whatever invokes it: from now on nothing is received or sent there."""
    with speaking_plainly(cloud.world):
        _halt(cloud, cloud.client("cloudformation"), stack_of(run))


def _halt(cloud: Cloud, formation: Any, name: str) -> None:
    """Deleting takes AWS minutes, and a machine would wait for its executions, which never end by themselves."""
    resources = formation.describe_stack_resources(StackName=name)["StackResources"]
    made = [(resource["ResourceType"], resource.get("PhysicalResourceId")) for resource in resources]
    for kind, identity in made:
        if kind == "AWS::Lambda::EventSourceMapping" and identity:
            _stop_polling(cloud, identity)
        if kind == "AWS::Lambda::Function" and identity:
            _starve(cloud, identity)
    for kind, identity in made:
        if kind == "AWS::StepFunctions::StateMachine" and identity:
            _stop_ticking(cloud, identity)


def _stop_polling(cloud: Cloud, mapping: str) -> None:
    """A mapping without concurrency would go on receiving, and each message would come nearer to the dead letters."""
    functions = cloud.client("lambda")
    gone_or_changing = functions.exceptions.ResourceNotFoundException, functions.exceptions.ResourceInUseException
    with suppress(*gone_or_changing):
        functions.update_event_source_mapping(UUID=mapping, Enabled=False)


def _starve(cloud: Cloud, function: str) -> None:
    functions = cloud.client("lambda")
    with suppress(functions.exceptions.ResourceNotFoundException):  # it failed to be made, or is gone
        functions.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=0)


def _stop_ticking(cloud: Cloud, machine_arn: str) -> None:
    """Stop a machine's executions, and the successor that one may have started meanwhile."""
    machines = cloud.client("stepfunctions")
    with suppress(machines.exceptions.StateMachineDoesNotExist):
        if machines.describe_state_machine(stateMachineArn=machine_arn)["type"] == "EXPRESS":
            return  # they end within a minute, and no call lists them
        while running := machines.list_executions(stateMachineArn=machine_arn, statusFilter="RUNNING")["executions"]:
            for execution in running:
                machines.stop_execution(executionArn=execution["executionArn"])


def require(cloud: Cloud, run: str) -> None:
    """Raises BadInput where a run has nothing, which a user who names it would want to know."""
    if run not in {one.run for one in status(cloud)}:
        raise BadInput(f"run {run}: nothing of it on {cloud.world} ({cloud.region}); seslab status lists what there is")
