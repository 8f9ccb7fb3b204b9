"""A real run whose process is killed: the next command finds it, ends what is left, and keeps what was done."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

import loadtests.moto.run
from loadtests.deploy.tidy import tidy
from loadtests.load.left_over import recovered
from loadtests.record import run_registry
from loadtests.record.logs import silent
from loadtests.record.recovery import ledger_of_decisions, recover
from reports.compare import folder
from reports.compare.folder import keep_document
from scenarios.errors import RunFailed
from scenarios.ledger import store
from scenarios.schema.scenario_file import as_toml
from strategies import direct
from strategies.ports import Ports
from strategies.resources import Plan, Pods
from tests.contract.arms import SEED, scenario
from tests.deploy.patience import until

pytestmark = [pytest.mark.real_time, pytest.mark.xdist_group("local_aws")]

KILLED = """
import os, signal
from pathlib import Path
import loadtests.moto.run
from strategies import direct
from tests.deploy.patience import until
from strategies.resources import Plan, Pods
from tests.contract.arms import SEED, scenario

async def main(ports):
    for _ in range(3):
        await ports.mailer.send(await anext(ports.outbox), range(1))
    os.kill(os.getpid(), signal.SIGKILL)

direct.plan = lambda settings, account: Plan(settings, Pods(main))
mails = {"process": "batch", "messages": 5}
loadtests.moto.run.run(scenario(workload=(mails,), delivery={}), "direct", SEED)
"""


def test_a_killed_run_leaves_a_ledger_and_nothing_else() -> None:
    """Three of five mails were accepted before kill -9: the ledger says so, and the server does not live on."""
    ended = subprocess.run([sys.executable, "-c", KILLED], check=False)
    assert ended.returncode == -9
    (left,) = run_registry.leftovers()
    said: list[str] = []
    tidy(said.append, keep_document, recovered)
    assert len(said) == 1
    assert f"run {left.run} (direct on moto) was cut short" in said[0]
    ledger = store.read(run_registry.directory().parent / "recovered" / left.run, "direct")
    assert ledger.interrupted
    assert {fate: int(ledger.mails[fate].sum()) for fate in ("accepted", "pending", "lost")} == {
        "accepted": 3,
        "pending": 2,
        "lost": 0,
    }
    assert ledger.delivered is not None
    assert len(ledger.delivered.copies["mail"]) == 3
    assert not any(child.lives for child in left.children)
    assert run_registry.leftovers() == []
    assert not run_registry.witness_of(left.run).exists()


STARTING = """
import os, signal
import loadtests.moto.run
from loadtests.moto.local_aws import Moto
from tests.contract.arms import SEED, scenario

def introduce(moto):
    os.kill(moto.pid, signal.SIGSTOP)
    os.kill(os.getpid(), signal.SIGKILL)

Moto._introduce = introduce
loadtests.moto.run.run(scenario(workload=({"process": "batch", "messages": 5},)), "direct", SEED)
"""


def test_a_server_that_is_stopped_while_it_starts_is_ended_by_the_next_command() -> None:
    """It does not notice that its parent is gone, but its run has noted it from its first instant."""
    assert subprocess.run([sys.executable, "-c", STARTING], check=False).returncode == -9
    (left,) = run_registry.leftovers()
    assert [child.lives for child in left.children] == [True]
    tidy(lambda _: None, keep_document, recovered)
    until(lambda: not any(child.lives for child in left.children))
    assert run_registry.leftovers() == []


STOPPED = """
import os, signal, sys
from loadtests.moto import local_aws, world
from loadtests.record import run_registry
from seslab import command_line
from strategies import direct
from tests.deploy.patience import until
from strategies.resources import Plan, Pods

world.LOOK_EVERY_S, local_aws.LOOK_PATIENCE_S = 0.2, 0.5

async def main(ports):
    for _ in range(2):
        await ports.mailer.send(await anext(ports.outbox), range(1))
    (record,) = [record for record in run_registry.records() if record.process.pid == os.getpid()]
    os.kill(record.children[0].pid, signal.SIGSTOP)
    await ports.mailer.send(await anext(ports.outbox), range(1))

direct.plan = lambda settings, account: Plan(settings, Pods(main))
command_line.main()
"""


def test_an_endpoint_that_is_stopped_fails_the_run_in_one_line(tmp_path: Path) -> None:
    """A caller waits for an answer that never comes: exit 3 before its patience ends, no process left, ledger kept."""
    path = tmp_path / "stopped.toml"
    path.write_text(as_toml(scenario(workload=({"process": "batch", "messages": 5},))))
    command = [sys.executable, "-c", STOPPED, "compare", str(path), "-s", "direct", "--on", "moto"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=25)  # the horizon is at 30 s
    assert ended.returncode == 3
    assert ended.stderr == "seslab: the local AWS endpoint does not answer /_seslab/stats: timed out\n"
    assert ended.stdout == ""
    (left,) = run_registry.leftovers()
    assert not any(child.lives for child in left.children)
    said: list[str] = []
    tidy(said.append, keep_document, recovered)
    ledger = store.read(run_registry.directory().parent / "recovered" / left.run, "direct")
    assert (int(ledger.mails["accepted"].sum()), int(ledger.mails["pending"].sum())) == (2, 3)


def test_an_endpoint_that_dies_fails_the_run_and_what_it_had_decided_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line says that it does not answer; two of five mails had been accepted, and the run stays noted."""

    async def main(ports: Ports) -> None:
        for _ in range(2):
            await ports.mailer.send(await anext(ports.outbox), range(1))
        (record,) = run_registry.records()
        os.kill(record.children[0].pid, signal.SIGKILL)

    monkeypatch.setattr(direct, "plan", lambda settings, account: Plan(settings, Pods(main)))
    mails = {"process": "batch", "messages": 5}
    with pytest.raises(RunFailed, match="does not answer") as caught:
        loadtests.moto.run.run(scenario(workload=(mails,)), "direct", SEED)
    assert "\n" not in str(caught.value)
    (record,) = run_registry.records()
    decisions = silent(run_registry.witness_of(record.run).read_bytes())
    recover(record, partial(ledger_of_decisions, record, decisions), keep_document)
    kept = run_registry.directory().parent / "recovered" / record.run
    ledger = store.read(kept, "direct")
    assert folder.document(kept)["strategies"][0]["recipients"]["accepted"] == 2
    run_registry.finish(record.run)
    assert (int(ledger.mails["accepted"].sum()), int(ledger.mails["pending"].sum())) == (2, 3)
