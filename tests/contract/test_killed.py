"""A real run whose process is killed: the next command finds it, ends what is left, and keeps what was done."""

from __future__ import annotations

import subprocess
import sys

import pytest

from loadtests import journal
from loadtests.deploy.tidy import tidy
from scenarios import store

pytestmark = [pytest.mark.real_time, pytest.mark.xdist_group("local_aws")]

KILLED = """
import os, signal
from pathlib import Path
import loadtests.run
from strategies import direct
from strategies.resources import Plan, Pods
from tests.contract.arms import SEED, scenario

async def main(ports):
    for _ in range(3):
        await ports.mailer.send(await anext(ports.outbox), range(1))
    os.kill(os.getpid(), signal.SIGKILL)

direct.plan = lambda settings, account: Plan(settings, Pods(main))
mails = {"process": "batch", "messages": 5}
loadtests.run.run(scenario(workload=(mails,)), "direct", SEED)
"""


def test_a_killed_run_leaves_a_ledger_and_nothing_else() -> None:
    """Three of five mails were accepted before kill -9: the ledger says so, and the server does not live on."""
    ended = subprocess.run([sys.executable, "-c", KILLED], check=False)
    assert ended.returncode == -9
    (left,) = journal.leftovers()
    said: list[str] = []
    tidy(said.append)
    assert len(said) == 1
    assert f"run {left.run} (direct on moto) was cut short" in said[0]
    ledger = store.read(journal.directory().parent / "recovered" / left.run, "direct")
    assert ledger.interrupted
    assert {fate: int(ledger.mails[fate].sum()) for fate in ("accepted", "pending", "lost")} == {
        "accepted": 3,
        "pending": 2,
        "lost": 0,
    }
    assert not any(child.lives for child in left.children)
    assert journal.leftovers() == []
    assert not journal.witness_of(left.run).exists()
