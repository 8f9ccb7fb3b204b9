"""A strategy's declaration as a CloudFormation template: a pure function, from data to data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import ceil
from typing import Any, NamedTuple

from loadtests.deploy.stack.alarms import alarms
from loadtests.deploy.stack.dashboard import DASHBOARD, dashboard
from loadtests.deploy.stack.lambdas import BUCKET, KEY, lambda_function
from loadtests.deploy.stack.limits import check
from loadtests.deploy.stack.names import dead_letters_of, logical, physical
from loadtests.deploy.stack.publishing import CONFIGURATION_SET, channel, publishing
from loadtests.deploy.stack.publishing import QUEUE as WITNESS_QUEUE
from loadtests.deploy.stack.publishing import SET as WITNESS_SET
from loadtests.deploy.stack.roles import allow, arn, function_role, role
from loadtests.deploy.stack.states import is_express, machine
from loadtests.deploy.stack.weekly import FUNCTION as WEEKLY_FUNCTION
from loadtests.deploy.stack.weekly import Weekly, check_free, weekly_report
from loadtests.function.entry import READ_TIMEOUT_S, variable, variables_of
from loadtests.function.package import HANDLER, told_ways
from loadtests.ports.ses import Envelope
from loadtests.ports.tables import definition, expiry
from scenarios.aws.ticker import MINUTE_S
from strategies.registry import module_of
from strategies.resources import Account, Function, Plan, Queue, Table, Ticker
from strategies.resources import Mapping as DeclaredMapping

Resources = dict[str, Any]


class Setup(NamedTuple):
    """What a deployment knows beside the plan.

    `publishes`: whether SES tells its events to a queue of the stack, of which the weekly report is made; `dashboard`:
    whether there shall be one; `entries`: the entry points of functions that have one of their own.
    """

    strategy: str
    account: Account
    seed: int
    envelope: Envelope
    ses_url: str | None = None
    publishes: bool = True
    ses_read_timeout_s: float = READ_TIMEOUT_S
    dashboard: bool = False
    entries: Mapping[str, str] = {}
    weekly: Weekly | None = None


def template(plan: Plan, setup: Setup) -> dict[str, Any]:
    """The template as a document; its parameters name the package's bucket and key.

    Raises BadInput for what AWS would refuse.
    """
    check(plan)
    if setup.weekly:
        check_free(plan)
    resources = _resources(plan, setup)
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"seslab: {setup.strategy}",
        "Parameters": {BUCKET: {"Type": "String"}, KEY: {"Type": "String"}},
        "Resources": resources,
        "Outputs": {name: {"Value": value} for name, value in _outputs(plan, resources).items()},
    }


def _resources(plan: Plan, setup: Setup) -> Resources:
    found: Resources = {}
    for queue in plan.queues:
        found |= _queue(queue)
    for table in plan.tables:
        if not table.already:
            found[logical(table.name, "Table")] = _table(table)
    for function in plan.functions:
        found |= _function(function, plan, setup)
    for index, mapping in enumerate(plan.mappings):
        found[f"Mapping{index}"] = _mapping(mapping)
    for ticker in plan.tickers:
        found |= _ticker(ticker)
    for topic in plan.topics:
        found |= channel(logical(topic.name, ""), topic.name, logical(topic.queue, "Queue"), topic.events)
    found |= alarms(plan) | (publishing() if setup.publishes else {})
    found |= weekly_report(setup.weekly, setup.envelope.source, setup.ses_url) if setup.weekly else {}
    return found | (_dashboard(plan, setup, found) if setup.dashboard else {})


def _dashboard(plan: Plan, setup: Setup, found: Resources) -> Resources:
    its_alarms = [name for name, part in found.items() if part["Type"] == "AWS::CloudWatch::Alarm"]
    return dashboard(plan, setup.account.max_send_rate_per_s, its_alarms)


def _outputs(plan: Plan, resources: Resources) -> Mapping[str, Any]:
    """What a run must find: queues by URL, functions and tables by name, machines and schedules."""
    queues = [name for queue in plan.queues for name in (logical(queue.name, "Queue"), dead_letters_of(queue))]
    tables = [logical(table.name, "Table") for table in plan.tables]
    functions = [logical(function.name, "Function") for function in plan.functions]
    tickers = [logical(ticker.function, what) for ticker in plan.tickers for what in ("Machine", "Schedule")]
    topics = [logical(topic.name, what) for topic in plan.topics for what in ("Set", "Topic")]
    ours = [WITNESS_QUEUE, WITNESS_SET, DASHBOARD, WEEKLY_FUNCTION]
    wanted = [*queues, *tables, *functions, *tickers, *topics, *ours]
    urls = {logical(function.name, "Url") for function in plan.functions if function.has_url}
    return {
        **{name: {"Ref": name} for name in wanted if name in resources},
        **{name: {"Fn::GetAtt": [name, "FunctionUrl"]} for name in urls},
    }


def _queue(queue: Queue) -> Resources:
    """Its dead-letter queue keeps what it gets as long as SQS can."""
    own = logical(queue.name, "Queue")
    properties: dict[str, Any] = {
        "QueueName": physical(queue.name),
        "VisibilityTimeout": ceil(queue.visibility_timeout_s),
        "MessageRetentionPeriod": ceil(queue.retention_s),
    }
    found: Resources = {own: {"Type": "AWS::SQS::Queue", "Properties": properties}}
    if queue.dead_letter_queue is not None:
        dead = {"QueueName": physical(queue.dead_letter_queue), "MessageRetentionPeriod": 14 * 86_400}
        found[dead_letters_of(queue)] = {"Type": "AWS::SQS::Queue", "Properties": dead}
        properties["RedrivePolicy"] = {
            "deadLetterTargetArn": {"Fn::GetAtt": [dead_letters_of(queue), "Arn"]},
            "maxReceiveCount": queue.max_receive_count,
        }
    return found


def _table(table: Table) -> Resources:
    properties = {"TableName": physical(table.name), **definition(table)}
    if table.expires:
        properties["TimeToLiveSpecification"] = expiry(table)
    return {"Type": "AWS::DynamoDB::Table", "Properties": properties}


def _function(function: Function, plan: Plan, setup: Setup) -> Resources:
    configuration_set = CONFIGURATION_SET if setup.publishes else None
    reserved = function.reserved_concurrency
    more = {} if reserved is None else {"ReservedConcurrentExecutions": reserved}
    variables, handler = _variables(function, plan, setup), setup.entries.get(function.name, HANDLER)
    its_role = function_role(function, plan, setup.envelope.source, configuration_set)
    return {
        logical(function.name, "Role"): its_role,
        **lambda_function(function.name, handler, function.memory_mb, function.timeout_s, variables, **more),
        **(_url(function) if function.has_url else {}),
    }


def _url(function: Function) -> Resources:
    """It answers signed requests that the account's policies allow, and nothing else."""
    properties = {"TargetFunctionArn": arn(function.name, "Function"), "AuthType": "AWS_IAM"}
    return {logical(function.name, "Url"): {"Type": "AWS::Lambda::Url", "Properties": properties}}


def _variables(function: Function, plan: Plan, setup: Setup) -> dict[str, Any]:
    """What `entry` reads."""
    found = {
        **variables_of(
            module_of(plan.strategy),
            plan.settings,
            setup.account,
            setup.seed,
            setup.envelope,
            setup.ses_read_timeout_s,
            told_ways(plan),
        ),
        "SESLAB_FUNCTION": function.name,
        "SESLAB_CONFIGURATION_SET": CONFIGURATION_SET if setup.publishes else "",
        **{variable("QUEUE", queue.name): {"Ref": logical(queue.name, "Queue")} for queue in plan.queues
           if queue.name in function.uses},
        **{variable("FUNCTION", other.name): {"Ref": logical(other.name, "Function")} for other in plan.functions
           if other.name in function.uses},
        **{variable("TABLE", table.name): table.already or {"Ref": logical(table.name, "Table")}
           for table in plan.tables if table.name in function.asks},
    }  # fmt: skip
    return found | ({"AWS_ENDPOINT_URL_SESV2": setup.ses_url} if setup.ses_url else {})


def _mapping(mapping: DeclaredMapping) -> Resources:
    properties: dict[str, Any] = {
        "EventSourceArn": arn(mapping.queue, "Queue"),
        "FunctionName": {"Ref": logical(mapping.function, "Function")},
        "BatchSize": mapping.batch_size,
        "MaximumBatchingWindowInSeconds": ceil(mapping.window_s),
    }
    if mapping.maximum_concurrency is not None:
        properties["ScalingConfig"] = {"MaximumConcurrency": mapping.maximum_concurrency}
    if mapping.report_batch_item_failures:
        properties["FunctionResponseTypes"] = ["ReportBatchItemFailures"]
    return {"Type": "AWS::Lambda::EventSourceMapping", "Properties": properties}


def _ticker(ticker: Ticker) -> Resources:
    """A machine and its role; an Express one, which lasts a minute, and the schedule that starts it every minute."""
    own, its_role = logical(ticker.function, "Machine"), logical(ticker.function, "MachineRole")
    name, express = f"{ticker.function}-ticker", is_express(ticker)
    function_arn = f"${{{logical(ticker.function, 'Function')}.Arn}}"
    properties = {
        "StateMachineName": physical(name),
        "StateMachineType": "EXPRESS" if express else "STANDARD",
        "RoleArn": {"Fn::GetAtt": [its_role, "Arn"]},
        "DefinitionString": {"Fn::Sub": json.dumps(machine(ticker, function_arn))},
    }
    found: Resources = {
        its_role: role("states", [_invoke(ticker), *([] if express else [_start_successor(name)])]),
        own: {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties},
    }
    return found | (_schedule(ticker) if express else {})


def _invoke(ticker: Ticker) -> dict[str, Any]:
    return allow(("lambda:InvokeFunction",), arn(ticker.function, "Function"))


def _start_successor(name: str) -> dict[str, Any]:
    """The machine's own ARN, spelt out: a role that named the machine would wait for it, and it for the role."""
    own = f"arn:${{AWS::Partition}}:states:${{AWS::Region}}:${{AWS::AccountId}}:stateMachine:${{AWS::StackName}}-{name}"
    return allow(("states:StartExecution",), {"Fn::Sub": own})


def _schedule(ticker: Ticker) -> Resources:
    """Disabled until a run begins."""
    machine_arn, its_role = {"Ref": logical(ticker.function, "Machine")}, logical(ticker.function, "ScheduleRole")
    properties = {
        "Name": physical(f"{ticker.function}-minute"),
        "ScheduleExpression": f"rate({MINUTE_S / 60:.0f} minute)",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "State": "DISABLED",
        "Target": {"Arn": machine_arn, "RoleArn": {"Fn::GetAtt": [its_role, "Arn"]}, "Input": "{}"},
    }
    return {
        its_role: role("scheduler", [allow(("states:StartExecution",), machine_arn)]),
        logical(ticker.function, "Schedule"): {"Type": "AWS::Scheduler::Schedule", "Properties": properties},
    }
