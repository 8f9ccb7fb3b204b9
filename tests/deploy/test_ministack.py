"""Laws of runs on ministack: one adds up, and leaves nothing where it was, however it ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from loadtests.application.run_request import RunRequest
from loadtests.deploy import commands, on_ministack
from loadtests.deploy.ministack import ministack
from loadtests.deploy.run_site import RunSite, Witness
from loadtests.deploy.tidy import tidy
from loadtests.load.left_over import recovered
from loadtests.moto.local_aws import Moto
from loadtests.record import run_registry
from reports.compare.folder import keep_document
from scenarios.errors import BadInput, RunFailed
from scenarios.ledger import store
from scenarios.ledger.ledger import FATES, Ledger, assert_conserved
from scenarios.outside import plug
from scenarios.schema.model import Scenario
from strategies.registry import STRATEGIES
from tests.deploy import marks
from tests.deploy.patience import until
from tests.unit.outside import written

pytestmark = marks.on_ministack()


def _scenario(messages: int, **changes: Any) -> Scenario:
    table = {
        "name": "deployed",
        "horizon_s": 40,
        "account": {"max_send_rate_per_s": 20},
        "workload": ({"process": "batch", "messages": messages, **changes.pop("mails", {})},),
        **changes,
    }
    return Scenario.model_validate(table)


def _fates(ledger: Ledger) -> dict[str, int]:
    return {fate: int(ledger.mails[fate].sum()) for fate in FATES if ledger.mails[fate].any()}


@pytest.mark.parametrize("strategy", ["sqs-dlq", "heartbeat", "pacemaker"])
def test_a_deployed_strategy_delivers(strategy: str) -> None:
    """Sixty mails through queue, function and throttling SES: all accepted, each once, within R and burst."""
    hidden_s = 12.0  # far longer than the first function takes to start: what reappears while it works is sent twice
    own = {"sqs-dlq": {"visibility_timeout_s": hidden_s}, "pacemaker": {"runs_as": "function"}}
    scenario = _scenario(60, strategies=own)
    ledger = on_ministack.run(scenario, strategy, 1)
    assert_conserved(ledger)
    assert _fates(ledger) == {"accepted": 60}
    assert not ledger.mails["duplicated"].any()
    assert not np.isnan(ledger.mails["enqueued_s"]).any()
    accepted_s = np.sort(ledger.calls["decided_s"][ledger.calls["outcome"] == 0])
    assert np.all(np.arange(1, 61) <= 20 + 20 * (accepted_s - accepted_s[0]) + 1e-6)
    assert run_registry.records() == []


def test_a_strategy_from_outside_is_packed_and_delivers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The modules of a package that is not seslab's go into the function's, and run there."""
    monkeypatch.chdir(written(tmp_path))
    strategy = plug.named("sinks.basin")
    try:
        ledger = on_ministack.run(_scenario(20), strategy, 1)
        with ministack() as cloud:
            outputs = [line.split() for line in commands.deploy(cloud, _scenario(20), strategy, None, print)][1:]
    finally:
        plug.unplug(strategy)
    assert _fates(ledger) == {"accepted": 20}
    assert [name for name, _ in outputs] == ["BasinQueue", "TapFunction"]


@pytest.mark.parametrize("serverless", [False, True])
def test_workers_and_relays_deliver(serverless: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two queues with one dead-letter queue and a table; the call that a relay waits for holds up no end of a run.

    That call is billed and tells what it has seen, like the one before it, which failed.
    """
    monkeypatch.chdir(written(tmp_path))
    strategy = plug.named("./tandem.py")
    settings = STRATEGIES[strategy].Settings(serverless)
    try:
        ledger = on_ministack.run(_scenario(20).model_copy(update={"strategies": {strategy: settings}}), strategy, 1)
    finally:
        plug.unplug(strategy)
    assert_conserved(ledger)
    assert _fates(ledger) == {"accepted": 20}
    assert ledger.ended_s < 20.0
    assert (ledger.mails["receives"] == 1).all()
    assert [ledger.usage[kind] for kind in ("lambda_requests", "stepfunctions_transitions")] == [
        2 * serverless,
        4 * serverless,
    ]


def test_a_refused_run_leaves_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where ministack does not start, nothing is kept of the run that was to be: neither a record nor a witness."""
    before = set(run_registry.directory().glob("*"))
    monkeypatch.setenv("SESLAB_MINISTACK", "/bin/false")
    with pytest.raises(RunFailed, match="ministack did not start"):
        on_ministack.run(_scenario(1), "direct", 1)
    assert set(run_registry.directory().glob("*")) == before


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
    def starved(of: RunRequest, name: str) -> Iterator[RunSite]:
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
        witness = on_ministack.EndpointWitness(ses)
        witness.look()
        os.kill(ses.pid, signal.SIGKILL)
        until(lambda: ses.exit_code is not None)
        with pytest.raises(RunFailed, match="ended in mid-run"):
            witness.look()


RUN = """
import sys
from threading import Event, Thread
from loadtests.deploy import on_ministack
from scenarios.schema.scenario_file import load
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
    assert run_registry.records() == []


def test_a_killed_run_leaves_a_note_and_no_process(begun: subprocess.Popen[str]) -> None:
    """After kill -9 all that it started ends; the next command keeps a ledger and says so, and then nothing is left."""
    (record,) = run_registry.records()
    server = int(str(record.endpoint).rpartition(":")[2])
    assert run_registry.leftovers() == []
    os.kill(begun.pid, signal.SIGKILL)
    begun.wait()
    assert run_registry.leftovers() == [record]
    said: list[str] = []
    tidy(said.append, keep_document, recovered)
    ledger = store.read(run_registry.directory().parent / "recovered" / record.run, "heartbeat")
    assert [record.run in line and "cleaned up" in line for line in said] == [True]
    assert int(ledger.mails["pending"].sum() + ledger.mails["accepted"].sum()) == 500
    assert run_registry.records() == []
    until(lambda: _is_closed(server))


def _is_closed(port: int) -> bool:
    """Whether nobody listens there any more."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
