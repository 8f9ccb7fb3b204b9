"""Laws of stacks, on ministack: all parts are made, work as declared, and leave nothing behind."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from loadtests.deploy import commands, stacks, tickers
from loadtests.deploy.cloud import Cloud
from loadtests.deploy.harvest import bill_of, lines_of
from loadtests.deploy.ministack import ministack
from loadtests.deploy.stack.names import stack_of
from loadtests.deploy.stack.states import first_input
from loadtests.deploy.stack.template import Setup, template
from loadtests.deploy.stack.weekly import Weekly
from loadtests.ports.ses import Envelope
from loadtests.record.run_name import new_run
from reports.bounces import weekly as report
from scenarios.aws.ticker import STANDARD_TICKS
from scenarios.errors import BadInput
from strategies import heartbeat, lambda_concurrency, sqs_dlq
from strategies.resources import Account, Plan
from tests.deploy import marks
from tests.deploy.patience import until
from tests.deploy.relay import SCENARIO
from tests.unit.ses_records import bounce

pytestmark = marks.on_ministack()

ACCOUNT = Account(20.0, 0.05)
PLANS = {
    "sqs-dlq": sqs_dlq.plan(sqs_dlq.Settings(), ACCOUNT),
    "reserved": lambda_concurrency.plan(lambda_concurrency.Settings(limit_by="reserved"), ACCOUNT),
    "heartbeat": heartbeat.plan(heartbeat.Settings(dispatch="async"), ACCOUNT),
    "express": heartbeat.plan(heartbeat.Settings(ticker="express_loop"), ACCOUNT),
}
WATCHED = ("sqs-dlq", "express")


@pytest.fixture(scope="module", name="cloud")
def _cloud() -> Iterator[Cloud]:
    with ministack() as cloud:
        yield cloud


def _silent(_: str) -> None:
    """Nobody reads it."""


def _deployed(cloud: Cloud, plan: Plan, strategy: str, **more: Any) -> tuple[str, dict[str, str]]:
    run = new_run()
    setup = Setup(strategy, ACCOUNT, 1, Envelope(), **more)
    beside = [setup.weekly.packed()] if setup.weekly else []
    return run, stacks.deploy(cloud, run, strategy, template(plan, setup), _silent, plan.strategies(), beside)


def _everything(cloud: Cloud) -> dict[str, int]:
    """How many there are of what a stack may hold, all over the account."""
    lists = [
        ("sqs", "list_queues", "QueueUrls"),
        ("lambda", "list_functions", "Functions"),
        ("stepfunctions", "list_state_machines", "stateMachines"),
        ("scheduler", "list_schedules", "Schedules"),
        ("sns", "list_topics", "Topics"),
        ("s3", "list_buckets", "Buckets"),
        ("logs", "describe_log_groups", "logGroups"),
        ("logs", "describe_metric_filters", "metricFilters"),
        ("sesv2", "list_configuration_sets", "ConfigurationSets"),
        ("cloudwatch", "describe_alarms", "MetricAlarms"),
        ("cloudwatch", "list_dashboards", "DashboardEntries"),
        ("iam", "list_roles", "Roles"),
    ]
    return {key: len(getattr(cloud.client(service), call)().get(key, ())) for service, call, key in lists}


@pytest.mark.parametrize("name", PLANS)
def test_a_stack_comes_and_goes_without_a_trace(cloud: Cloud, name: str) -> None:
    """CloudFormation makes every part of every kind of plan, status lists the run, teardown leaves nothing, twice."""
    before = _everything(cloud)
    strategy = {"reserved": "lambda-concurrency", "express": "heartbeat"}.get(name, name)
    run, outputs = _deployed(cloud, PLANS[name], strategy, dashboard=name in WATCHED)
    (standing,) = stacks.status(cloud)
    assert (standing.run, standing.strategy, standing.state) == (run, strategy, "CREATE_COMPLETE")
    assert all(outputs.values())
    during = _everything(cloud)
    made = ["QueueUrls", "Functions", "Topics", "Buckets", "logGroups", "ConfigurationSets", "Roles"]
    made += ["DashboardEntries", "metricFilters"] if name in WATCHED else []
    assert all(during[part] > before[part] for part in made)
    assert stacks.teardown(cloud, run, _silent) == [run]
    assert stacks.teardown(cloud, run, _silent) == []
    assert _everything(cloud) == before


def test_a_dashboard_names_the_parts_of_its_stack(cloud: Cloud) -> None:
    """What CloudFormation has filled in is JSON, and has the names that queues, functions and alarms have there."""
    run, outputs = _deployed(cloud, PLANS["sqs-dlq"], "sqs-dlq", dashboard=True)
    watch = cloud.client("cloudwatch")
    body = watch.get_dashboard(DashboardName=outputs["Dashboard"])["DashboardBody"]
    alarms = watch.describe_alarms()["MetricAlarms"]
    stacks.teardown(cloud, run, _silent)
    said = json.dumps(json.loads(body))
    assert "${" not in said
    assert outputs["Dashboard"] == f"seslab-{run}-dashboard"
    assert all(f'"{name}"' in said for name in (outputs["SenderFunction"], outputs["MailsQueue"].rpartition("/")[2]))
    assert alarms
    assert all(alarm["AlarmArn"] in said for alarm in alarms)


def test_a_weekly_report_is_made_and_goes_with_its_stack(cloud: Cloud) -> None:
    """The deployed function takes an event out of the stack's queue and leaves page and CSV in the stack's bucket."""
    before = _everything(cloud)
    weekly = Weekly(report.MODULE, report.READ)
    run, outputs = _deployed(cloud, PLANS["sqs-dlq"], "sqs-dlq", weekly=weekly, dashboard=True)
    late = datetime.now(UTC).isoformat()
    event = bounce(1)
    event["bounce"]["timestamp"] = late
    cloud.client("sqs").send_message(QueueUrl=outputs["WitnessQueue"], MessageBody=json.dumps(event))
    answer = cloud.client("lambda").invoke(FunctionName=outputs["WeeklyReportFunction"])
    said = json.loads(answer["Payload"].read())
    kept = cloud.client("s3").list_objects_v2(Bucket=stack_of(run), Prefix="reports/")["Contents"]
    assert stacks.teardown(cloud, run, _silent) == [run]
    assert (said.get("events"), answer.get("FunctionError")) == (1, None), said
    assert [item["Key"].rpartition("/")[2] for item in kept] == ["bounces.csv", "report.html"]
    assert _everything(cloud) == before


def test_a_bucket_without_a_stack_is_found(cloud: Cloud) -> None:
    """A run that was killed before its stack began left a bucket, which its tag gives away."""
    from loadtests.deploy import bucket

    run = new_run()
    bucket.fill(cloud, run, b"a package")
    assert [(standing.run, standing.state) for standing in stacks.status(cloud)] == [(run, "only a bucket")]
    assert stacks.teardown(cloud, None, _silent) == [run]
    assert stacks.status(cloud) == []


def test_commands_make_list_and_remove(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """What `deploy` made, `status` lists and `teardown` removes, by its name alone; what is not there is said."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", str(cloud.url))
    place = commands.cloud_of("ministack", None)
    run, *outputs = [line.split() for line in commands.deploy(place, SCENARIO, "sqs-dlq", None, _silent)]
    assert [name for name, _ in outputs] == ["MailsDead", "MailsQueue", "SenderFunction"]
    assert [row[:3] for row in commands.status(place)] == [(run[1], "sqs-dlq", "CREATE_COMPLETE")]
    assert commands.teardown(place, f"seslab-{run[1]}", False, _silent) == [run[1]]
    with pytest.raises(BadInput, match=f"run {run[1]}: nothing of it on ministack"):
        commands.teardown(place, run[1], False, _silent)
    for named, everything in ((None, False), (run[1], True)):
        with pytest.raises(BadInput, match="--all"):
            commands.teardown(place, named, everything, _silent)
    assert commands.teardown(place, None, True, _silent) == []


def test_pods_alone_cannot_be_deployed(cloud: Cloud) -> None:
    """A strategy of pods has no parts that could stay."""
    with pytest.raises(BadInput, match=r"direct: .*nothing to deploy"):
        list(commands.deploy(cloud, SCENARIO, "direct", None, _silent))


def test_ticks_go_on_after_a_failure(cloud: Cloud) -> None:
    """A machine whose function throws ticks again at the next whole second, and counts."""
    run, outputs = _deployed(cloud, PLANS["heartbeat"], "sqs-dlq", publishes=False)  # which has no such function
    machines, zero = cloud.client("stepfunctions"), math.ceil(time.time())
    execution = machines.start_execution(stateMachineArn=outputs["HeartMachine"], input=json.dumps(first_input(zero)))
    waited = _waits(machines, execution["executionArn"], 3)
    stacks.teardown(cloud, run, _silent)
    assert [state["number"] for state in waited] == [0, 1, 2]
    assert np.all(np.diff([state["second"] for state in waited]) >= 1)


def _waits(machines: Any, execution_arn: str, count: int) -> list[dict[str, int]]:
    """The inputs of an execution's first waits, once it has come to so many, or has ended."""

    def waits() -> list[dict[str, int]]:
        events = machines.get_execution_history(executionArn=execution_arn, maxResults=1000)["events"]
        found = [event["stateEnteredEventDetails"] for event in events if event["type"] == "WaitStateEntered"]
        ended = machines.describe_execution(executionArn=execution_arn)["status"] != "RUNNING"
        return [json.loads(wait["input"]) for wait in found[:count]] if ended or len(found) >= count else []

    return until(waits)


def test_a_successor_goes_on_counting(cloud: Cloud) -> None:
    """An execution that has made its ticks starts another, which goes on with the next number and second."""
    document = json.dumps(template(PLANS["heartbeat"], Setup("heartbeat", ACCOUNT, 1, Envelope(), publishes=False)))
    run = new_run()
    short = json.loads(document.replace(f"< {STANDARD_TICKS} ", "< 2 "))
    outputs = stacks.deploy(cloud, run, "heartbeat", short, _silent, ["heartbeat"])
    machines, zero = cloud.client("stepfunctions"), math.ceil(time.time())
    machines.start_execution(stateMachineArn=outputs["HeartMachine"], input=json.dumps(first_input(zero)))
    second = _execution(machines, outputs["HeartMachine"], 2)
    (waited,) = _waits(machines, second, 1)
    stacks.teardown(cloud, run, _silent)
    assert (waited["number"], waited["first"]) == (2, 2)
    assert waited["second"] >= zero + 2


def _execution(machines: Any, machine_arn: str, count: int) -> str:
    """The latest execution, once there are so many."""

    def latest() -> str:
        executions = machines.list_executions(stateMachineArn=machine_arn)["executions"]
        newest = max(executions, key=lambda execution: execution["startDate"])
        return str(newest["executionArn"]) if len(executions) >= count else ""

    return until(latest)


def test_a_halted_stack_calls_no_function(cloud: Cloud) -> None:
    """After a run nothing goes on while AWS deletes: no function begins, whoever calls it, and no mapping polls."""
    run, outputs = _deployed(cloud, PLANS["sqs-dlq"], "sqs-dlq", publishes=False)
    functions = cloud.client("lambda")
    stacks.halt(cloud, run)
    with pytest.raises(functions.exceptions.TooManyRequestsException):
        functions.invoke(FunctionName=outputs["SenderFunction"], Payload=b'{"Records": []}')
    mappings = functions.list_event_source_mappings(FunctionName=outputs["SenderFunction"])["EventSourceMappings"]
    assert {mapping["State"] for mapping in mappings} <= {"Disabling", "Disabled"}
    assert mappings
    stacks.teardown(cloud, run, _silent)


def test_an_express_loop_is_scheduled_for_the_run_only(cloud: Cloud) -> None:
    """The schedule is off until a run begins, and takes over when the first loop ends."""
    run, outputs = _deployed(cloud, PLANS["express"], "heartbeat", publishes=False)
    scheduler, name = cloud.client("scheduler"), outputs["HeartSchedule"]
    zero = math.ceil(time.time())
    before = scheduler.get_schedule(Name=name)
    tickers.start(cloud, PLANS["express"], outputs, zero)
    during = scheduler.get_schedule(Name=name)
    invocations = _invocations(cloud, outputs["HeartFunction"])
    stacks.teardown(cloud, run, _silent)
    assert [schedule["State"] for schedule in (before, during)] == ["DISABLED", "ENABLED"]
    assert during["StartDate"].timestamp() == zero + 60
    assert before["Target"] == during["Target"]
    assert invocations >= 1


def _invocations(cloud: Cloud, function: str) -> float:
    """How often the function has ended, once it has."""
    return until(lambda: bill_of(lines_of(cloud.client("logs"), function, 0.0))["lambda_requests"])
