"""Laws of deployed strategies, on ministack: a run adds up, and leaves nothing where it was."""

from __future__ import annotations

import json
import math
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from loadtests import journal
from loadtests.asked import Run
from loadtests.deploy import commands, on_ministack, stacks, tickers
from loadtests.deploy.cloud import Cloud
from loadtests.deploy.harvest import bill_of, lines_of
from loadtests.deploy.ministack import command, ministack
from loadtests.deploy.names import new_run
from loadtests.deploy.site import Site, Witness
from loadtests.deploy.states import first_input
from loadtests.deploy.template import Setup, template
from loadtests.deploy.tidy import tidy
from loadtests.ses import Envelope
from loadtests.targets import Moto
from scenarios import store
from scenarios.errors import BadInput, RunFailed
from scenarios.ledger import FATES, Ledger, assert_conserved
from scenarios.model import Scenario
from scenarios.ticker import STANDARD_TICKS
from strategies import heartbeat, lambda_concurrency, sqs_dlq
from strategies.resources import Account, Plan
from tests.deploy.patience import until

try:
    command()
except BadInput as missing:
    pytest.skip(str(missing), allow_module_level=True)

pytestmark = [pytest.mark.real_time, pytest.mark.xdist_group("ministack")]

ACCOUNT = Account(20.0, 0.05)
PLANS = {
    "sqs-dlq": sqs_dlq.plan(sqs_dlq.Settings(), ACCOUNT),
    "reserved": lambda_concurrency.plan(lambda_concurrency.Settings(limit_by="reserved"), ACCOUNT),
    "heartbeat": heartbeat.plan(heartbeat.Settings(dispatch="async"), ACCOUNT),
    "express": heartbeat.plan(heartbeat.Settings(ticker="express_loop"), ACCOUNT),
}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test touches a user's own journal."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


@pytest.fixture(scope="module", name="cloud")
def _cloud() -> Iterator[Cloud]:
    with ministack() as cloud:
        yield cloud


def _scenario(messages: int, **changes: Any) -> Scenario:
    table = {
        "name": "deployed",
        "horizon_s": 40,
        "account": {"max_send_rate_per_s": 20},
        "workload": ({"process": "batch", "messages": messages, **changes.pop("mails", {})},),
        **changes,
    }
    return Scenario.model_validate(table)


def _silent(_: str) -> None:
    """Nobody reads it."""


def _deployed(cloud: Cloud, plan: Plan, strategy: str, *, publishes: bool = True) -> tuple[str, dict[str, str]]:
    run = new_run()
    setup = Setup(strategy, ACCOUNT, 1, Envelope(), publishes=publishes)
    return run, stacks.deploy(cloud, run, strategy, template(plan, setup), _silent)


def _everything(cloud: Cloud) -> dict[str, int]:
    """How many there are of what a stack may hold, all over the account."""
    lists = {
        "sqs": ("list_queues", "QueueUrls"),
        "lambda": ("list_functions", "Functions"),
        "stepfunctions": ("list_state_machines", "stateMachines"),
        "scheduler": ("list_schedules", "Schedules"),
        "sns": ("list_topics", "Topics"),
        "s3": ("list_buckets", "Buckets"),
        "logs": ("describe_log_groups", "logGroups"),
        "sesv2": ("list_configuration_sets", "ConfigurationSets"),
        "cloudwatch": ("describe_alarms", "MetricAlarms"),
        "iam": ("list_roles", "Roles"),
    }
    return {service: len(getattr(cloud.client(service), call)().get(key, ())) for service, (call, key) in lists.items()}


def _fates(ledger: Ledger) -> dict[str, int]:
    return {fate: int(ledger.mails[fate].sum()) for fate in FATES if ledger.mails[fate].any()}


@pytest.mark.parametrize("name", PLANS)
def test_a_stack_comes_and_goes_without_a_trace(cloud: Cloud, name: str) -> None:
    """CloudFormation makes every part of every kind of plan, status lists the run, teardown leaves nothing, twice."""
    before = _everything(cloud)
    run, outputs = _deployed(cloud, PLANS[name], name)
    (standing,) = stacks.status(cloud)
    assert (standing.run, standing.strategy, standing.state) == (run, name, "CREATE_COMPLETE")
    assert all(outputs.values())
    during = _everything(cloud)
    assert all(during[part] > before[part] for part in ("sqs", "lambda", "sns", "s3", "logs", "sesv2", "iam"))
    assert stacks.teardown(cloud, run, _silent) == [run]
    assert stacks.teardown(cloud, run, _silent) == []
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
    run, *outputs = [line.split() for line in commands.deploy(place, _scenario(1), "sqs-dlq", None, _silent)]
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
        list(commands.deploy(cloud, _scenario(1), "direct", None, _silent))


def test_ticks_go_on_after_a_failure(cloud: Cloud) -> None:
    """A machine whose function throws ticks again at the next whole second, and counts."""
    run, outputs = _deployed(cloud, PLANS["heartbeat"], "no.such.strategy", publishes=False)
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
    outputs = stacks.deploy(
        cloud, run, "heartbeat", json.loads(document.replace(f"< {STANDARD_TICKS} ", "< 2 ")), _silent
    )
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
    """After a run nothing goes on being sent while AWS deletes: no function begins, whoever calls it."""
    run, outputs = _deployed(cloud, PLANS["sqs-dlq"], "sqs-dlq", publishes=False)
    functions = cloud.client("lambda")
    stacks.halt(cloud, run)
    with pytest.raises(functions.exceptions.TooManyRequestsException):
        functions.invoke(FunctionName=outputs["SenderFunction"], Payload=b'{"Records": []}')
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


@pytest.mark.parametrize("strategy", ["sqs-dlq", "heartbeat"])
def test_a_deployed_strategy_delivers(strategy: str) -> None:
    """Sixty mails through queue, function and throttling SES: all accepted, each once, within R and burst."""
    scenario = _scenario(60, strategies={"sqs-dlq": {"visibility_timeout_s": 2.0}})
    ledger = on_ministack.run(scenario, strategy, 1)
    assert_conserved(ledger)
    assert _fates(ledger) == {"accepted": 60}
    assert not ledger.mails["duplicated"].any()
    assert not np.isnan(ledger.mails["enqueued_s"]).any()
    accepted_s = np.sort(ledger.calls["decided_s"][ledger.calls["outcome"] == 0])
    assert np.all(np.arange(1, 61) <= 20 + 20 * (accepted_s - accepted_s[0]) + 1e-6)
    assert journal.records() == []


def test_what_ses_never_takes_is_dead_lettered() -> None:
    """A mail to more recipients than SES allows ends in the dead-letter queue, and is counted there."""
    settings = {"visibility_timeout_s": 1.0, "max_receive_count": 1}
    ledger = on_ministack.run(_scenario(2, mails={"recipients": 51}, strategies={"sqs-dlq": settings}), "sqs-dlq", 1)
    assert _fates(ledger) == {"dead_lettered": 102}
    assert not np.isin(ledger.calls["outcome"], [0]).any()


def test_pods_alone_need_no_stack() -> None:
    """`leaky-bucket` runs from here against the same SES, and nothing is deployed for it."""
    ledger = on_ministack.run(_scenario(10), "leaky-bucket", 1)
    assert _fates(ledger) == {"accepted": 10}
    assert ledger.usage["lambda_requests"] == 0


def test_what_has_no_time_left_is_pending() -> None:
    """What is in a queue, or in a function's hands, when the horizon comes is pending, not lost."""
    ledger = on_ministack.run(_scenario(200, horizon_s=2), "heartbeat", 1)
    fates = _fates(ledger)
    assert set(fates) <= {"accepted", "pending"}
    assert fates["pending"] > 0


def test_what_lambda_s_own_queue_has_is_pending() -> None:
    """What was handed to a function that Lambda never gets to start is not lost when the horizon comes."""

    @contextmanager
    def starved(of: Run, name: str) -> Iterator[Site]:
        with on_ministack.site(of, name) as site:

            def witness_of(outputs: Mapping[str, str]) -> Witness:
                function = outputs["WorkerFunction"]
                site.cloud.client("lambda").put_function_concurrency(
                    FunctionName=function, ReservedConcurrentExecutions=0
                )
                return site.witness_of(outputs)

            yield replace(site, witness_of=witness_of)

    scenario = _scenario(60, horizon_s=3, strategies={"heartbeat": {"dispatch": "async"}})
    ledger = on_ministack.run(scenario, "heartbeat", 1, sites=starved)
    assert _fates(ledger) == {"pending": 60}
    assert ledger.mails["receives"].any()


def test_loops_are_refused_where_they_would_wait() -> None:
    """Ministack waits for what AWS only sends an event to: the line names the setting and what would be right."""
    for ticker in ("standard_loop", "express_loop"):
        scenario = _scenario(1, strategies={"heartbeat": {"ticker": ticker}})
        with pytest.raises(BadInput, match=f"strategies.heartbeat.ticker = '{ticker}'.*timestamp_wait"):
            on_ministack.check(scenario, "heartbeat")


def test_an_endpoint_that_dies_ends_the_run() -> None:
    """A run does not go on to its horizon when nobody is left who could say what happened."""
    with Moto(_scenario(1), 1, 8) as ses:
        witness = on_ministack.Endpoint(ses)
        witness.look()
        os.kill(ses.pid, signal.SIGKILL)
        until(lambda: ses.exit_code is not None)
        with pytest.raises(RunFailed, match="ended in mid-run"):
            witness.look()


RUN = """
import sys
from threading import Event, Thread
from loadtests.deploy import on_ministack
from scenarios.model import load
def tell(progress):
    while not progress():
        Event().wait(0.01)
    print("begun", flush=True)
watch = lambda progress: Thread(target=tell, args=(progress,)).start()
ledger = on_ministack.run(load(sys.argv[1]), "heartbeat", 1, watch)
print(ledger.interrupted, int(ledger.mails["accepted"].sum() + ledger.mails["pending"].sum()), flush=True)
"""


@pytest.fixture(name="begun")
def _begun(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A run of its own process that has begun, and will not end by itself."""
    scenario = tmp_path / "long.toml"
    scenario.write_text(
        "horizon_s = 600\n[account]\nmax_send_rate_per_s = 20\n"
        '[[workload]]\nprocess = "constant"\nduration_s = 500\nmessages_per_s = 1\n'
    )
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, str(scenario)], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    yield process
    process.kill()
    process.communicate()


def test_ctrl_c_keeps_what_was_done(begun: subprocess.Popen[str]) -> None:
    """An interrupted run ends at once, in order, with a ledger that adds up, and notes nothing."""
    begun.send_signal(signal.SIGINT)
    told, _ = begun.communicate(timeout=30)
    assert told == "True 500\n"
    assert journal.records() == []


def test_a_killed_run_leaves_a_note_and_no_process(begun: subprocess.Popen[str]) -> None:
    """After kill -9 all that it started ends; the next command keeps a ledger and says so, and then nothing is left."""
    (record,) = journal.records()
    server = int(str(record.endpoint).rpartition(":")[2])
    assert journal.leftovers() == []
    os.kill(begun.pid, signal.SIGKILL)
    begun.wait()
    assert journal.leftovers() == [record]
    said: list[str] = []
    tidy(said.append)
    ledger = store.read(journal.directory().parent / "recovered" / record.run, "heartbeat")
    assert [record.run in line and "cleaned up" in line for line in said] == [True]
    assert int(ledger.mails["pending"].sum() + ledger.mails["accepted"].sum()) == 500
    assert journal.records() == []
    until(lambda: _is_closed(server))


def _is_closed(port: int) -> bool:
    """Whether nobody listens there any more."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
