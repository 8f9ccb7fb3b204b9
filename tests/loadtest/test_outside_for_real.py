"""Strategies from outside in real worlds: what they are travels to workers and functions."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from loadtests.ports.clients import client
from loadtests.ports.local import local_session
from tests.loadtest.locusts import Served
from tests.unit.checkout import ROOT
from tests.unit.outside import written

pytestmark = pytest.mark.real_time


def _document(folder: Path, *words: str) -> dict[str, Any]:
    """What the command says as JSON; it must succeed."""
    command, environ = [sys.executable, "-P", "-m", "seslab", *words, "--json"], {**os.environ, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stderr
    document: dict[str, Any] = json.loads(ended.stdout)
    return document


@pytest.mark.xdist_group("locust")
def test_its_rate_is_divided_among_workers(served: Served, tmp_path: Path) -> None:
    """Two processes have half of its rate each: sixty mails at 30/s take no less than one process would need."""
    scenario = written(tmp_path) / "mine.toml"
    scenario.write_text(scenario.read_text() + '[strategies."./drip.py"]\nrate_per_s = 30.0\n[delivery]\n')
    document = _document(tmp_path, "loadtest", "mine.toml", "-s", "drip", "--endpoint", served.url, "--processes", "2")
    (entry,) = document["strategies"]
    assert entry["recipients"]["accepted"] == 60
    assert entry["settings"] == {"rate_per_s": 30.0, "shares": 2}
    assert entry["delivery"]["copies"] == 60
    assert entry["makespan_s"] > 29 / 15 - 0.1  # the last of a process's thirty, on a clock that may be a little late


@pytest.mark.xdist_group("locust")
@pytest.mark.parametrize("serverless", ["false", "true"])
def test_its_workers_and_relays_run_in_shares(served: Served, tmp_path: Path, serverless: str) -> None:
    """Each of two processes has queues, a table and a worker or a relay of its own, and none of them is left."""
    scenario = written(tmp_path) / "mine.toml"
    scenario.write_text(scenario.read_text() + f'[strategies."./tandem.py"]\nserverless = {serverless}\n')
    document = _document(
        tmp_path, "loadtest", "mine.toml", "-s", "tandem", "--endpoint", served.url, "--processes", "2"
    )
    (entry,) = document["strategies"]
    assert entry["recipients"]["accepted"] == 60
    assert not client(local_session(), "dynamodb", 1, 10.0, served.url).list_tables()["TableNames"]
    assert "QueueUrls" not in client(local_session(), "sqs", 1, 10.0, served.url).list_queues(QueueNamePrefix="seslab-")


def test_its_function_runs_on_moto(tmp_path: Path) -> None:
    """A queue and a function of a package from outside do for real what they do simulated: every mail is accepted.

    The scenario brings the package, and beside it lies a file that is called like one of Python's own modules.
    """
    scenario = written(tmp_path) / "mine.toml"
    scenario.write_text(scenario.read_text() + '[strategies."sinks.basin"]\nbatch_size = 5\n')
    (tmp_path / "queue.py").write_text("raise AssertionError('this is not the module that is wanted')")
    document = _document(tmp_path, "calibrate", "mine.toml", "-s", "basin", "--seeds", "2")
    (entry,) = document["strategies"]
    assert entry["strategy"] == "basin"
    assert entry["figures"]["recipients.accepted"]["real"] == 60
    assert entry["figures"]["recipients.accepted"]["simulated"] == [60, 60]
