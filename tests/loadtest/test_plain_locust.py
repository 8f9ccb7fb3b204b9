"""Plain Locust with our locustfile: it plays, judges and ends as the command does."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

from scenarios.schema.scenario_file import as_toml
from tests.loadtest.locusts import RESPONSE, Served, plainly, scenario, table

pytestmark = [pytest.mark.real_time, pytest.mark.xdist_group("locust")]


STALLED = """
import gevent
import gevent.monkey
from locust import events
from loadtests.locustfile import *

def stall():
    gevent.sleep(3.0)  # time zero is less than 2.5 s away
    gevent.monkey.get_original("time", "sleep")(1.0)

events.spawning_complete.add_listener(lambda **_: gevent.spawn(stall))
"""
THRESHOLDS = {"all": ("*.recipients.lost == 0",), "soon": ("ses-v2.latency_s.max < 0.5",)}


class Plain(NamedTuple):
    """What plain Locust said, and its statistics."""

    said: subprocess.CompletedProcess[str]
    rows: dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def stalled(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Plain:
    """Plain Locust with a locustfile that has all of ours, and blocks its event loop for a second."""
    folder = tmp_path_factory.mktemp("stalled")
    (folder / "stalled.py").write_text(STALLED)
    (folder / "load.toml").write_text(as_toml(scenario(20, 4.0, thresholds=THRESHOLDS)))
    options = ("--endpoint", served.url, "--csv", str(folder / "locust-ses-v2"))
    said = plainly("--scenario", str(folder / "load.toml"), *options, file=folder / "stalled.py")
    return Plain(said, table(folder))


def test_a_stalled_client_lengthens_response_times(stalled: Plain) -> None:
    """Response times count from the intended instant: a client that stalls for a second delays a second's mails."""
    assert float(stalled.rows[RESPONSE]["Max Response Time"]) >= 900
    assert float(stalled.rows[RESPONSE]["90%"]) >= 500  # of 80 mails 20 fall into that second


def test_plain_locust_ends_as_the_thresholds_say(stalled: Plain) -> None:
    """Plain Locust tells the fates and the thresholds, and exits with 1 for one that is not met and nothing else."""
    lines = stalled.said.stdout.splitlines()
    assert "ses-v2: recipients: 80 submitted, 80 accepted, 0 dead-lettered, 0 lost, 0 pending, 0 duplicated" in lines
    assert [line.partition(":")[0] for line in lines if line[:1] in "✓✗"] == [
        "✓ anything-accepted",
        "✓ all",
        "✗ soon",
    ]
    assert stalled.said.returncode == 1


BROKEN = """
from loadtests.load.senders import of_accounts
from loadtests.locustfile import *

def no_sender(assignment):
    raise ValueError("out of stamps")

of_accounts.sender_of = no_sender
"""


def test_a_worker_that_cannot_send_is_a_run_that_failed(served: Served, tmp_path: Path) -> None:
    """What keeps a worker from sending at all is told in one line, with exit 3 and long before the horizon."""
    (tmp_path / "broken.py").write_text(BROKEN)
    (tmp_path / "load.toml").write_text(as_toml(scenario(1, 1.0, horizon_s=3600.0)))
    options = ("--scenario", str(tmp_path / "load.toml"), "--endpoint", served.url)
    said = plainly(*options, file=tmp_path / "broken.py")
    assert said.returncode == 3
    assert "seslab: ses-v2: ValueError: out of stamps" in said.stderr.splitlines()


def test_plain_locust_says_in_one_line_what_is_wrong(served: Served) -> None:
    """Bad input ends plain Locust with exit 2 and one line."""
    said = plainly("--scenario", "broadcast-900", "--endpoint", served.url, "--seslab-user", "fax")
    assert (said.returncode, said.stdout) == (2, "")
    assert [line for line in said.stderr.splitlines() if "INFO" not in line] == [
        "seslab: unknown user 'fax', known are ses-v2, ses-v1, smtp, sqs, http"
    ]
