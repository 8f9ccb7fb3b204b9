"""Laws of reading SES's events: however the reader is killed, each event is in its file or still in the queue."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from loadtests.deploy.events import EventsQueue, kept_events, rows
from loadtests.moto.local_aws import Moto
from loadtests.ports.local import local_session
from tests.contract.arms import scenario

pytestmark = [pytest.mark.real_time, pytest.mark.xdist_group("local_aws")]

EVENTS = 25
KILLED = """
import os, signal, sys
from pathlib import Path
from loadtests.record import run_registry
from loadtests.deploy.events import EventsQueue
from tests.deploy.test_killed_reader import sqs_at

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

endpoint, url, kept, before = sys.argv[1:]
sqs = sqs_at(endpoint)
queue = EventsQueue(sqs, url, Path(kept))
queue.read()
setattr(run_registry if before == "append" else sqs, before, die)
queue.read()
"""


def sqs_at(endpoint: str) -> Any:
    """A client of a server here."""
    return local_session().client("sqs", endpoint_url=endpoint)


@pytest.fixture(scope="module", name="ses")
def _ses() -> Iterator[Moto]:
    with Moto(scenario(workload=({"process": "batch", "messages": 1},)), 1, 8) as ses:
        yield ses


@pytest.fixture(name="url")
def _url(ses: Moto, tmp_path: Path) -> str:
    """A queue with an event of each mail."""
    sqs = sqs_at(ses.url)
    url = str(sqs.create_queue(QueueName=tmp_path.name)["QueueUrl"])
    for call in range(EVENTS):
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps(_event(call)))
    return url


def _event(call: int) -> dict[str, Any]:
    tags = {"call": [str(call)], "mail": [str(call)], "first": ["0"]}
    mail = {"timestamp": "2026-01-01T00:00:01Z", "messageId": f"m{call}", "destination": ["a@b"], "tags": tags}
    return {"eventType": "Send", "mail": mail}


def _calls(kept: Path) -> list[int]:
    calls: list[int] = rows(kept_events(kept), 0.0)["call"].tolist()
    return calls


@pytest.mark.parametrize(("before", "lines"), [("append", 10), ("delete_message_batch", 20)])
def test_a_killed_reader_loses_nothing(ses: Moto, url: str, tmp_path: Path, before: str, lines: int) -> None:
    """Killed with a second batch in hand, not kept yet or in file and queue alike: the next one has each mail once."""
    kept = tmp_path / "run.calls"
    ended = subprocess.run([sys.executable, "-c", KILLED, ses.url, url, str(kept), before], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert len(kept_events(kept)) == lines
    EventsQueue(sqs_at(ses.url), url, kept).read_out()
    assert _calls(kept) == list(range(EVENTS))


def test_an_event_that_was_cut_off_is_none(ses: Moto, url: str, tmp_path: Path) -> None:
    """A line that the killed reader did not end is passed over, and spoils nothing that comes behind it."""
    kept = tmp_path / "run.calls"
    queue = EventsQueue(sqs_at(ses.url), url, kept)
    first = queue.read()
    kept.write_bytes(kept.read_bytes()[:-5])
    assert len(_calls(kept)) == first - 1
    queue.read_all()
    assert len(_calls(kept)) == EVENTS - 1


def test_nothing_kept_is_nothing_known(tmp_path: Path) -> None:
    """Where no reader has been there are no events."""
    assert kept_events(tmp_path / "run.calls") == []
