"""What killed runs have left, cleaned up by the next command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loadtests import journal
from loadtests.deploy import stacks
from loadtests.deploy.cloud import Cloud, aws, speaking_plainly
from loadtests.deploy.events import EventsQueue, rows
from loadtests.deploy.publishing import QUEUE as WITNESS_QUEUE
from loadtests.journal import Record
from loadtests.logs import DECISION
from loadtests.recovery import recover
from scenarios.errors import BadInput, RunFailed

Say = Callable[[str], None]


def tidy(say: Say) -> None:
    """Clean up after every run that was cut short, and say so; what cannot be reached now stays noted."""
    for record in journal.leftovers():
        try:
            _tidy(record, say)
        except (BadInput, RunFailed) as error:
            say(f"{_named(record)} was cut short and cannot be cleaned up now: {error}")


def _named(record: Record) -> str:
    return f"run {record.run} ({record.strategy} on {record.world})"


def _tidy(record: Record, say: Say) -> None:
    ended = journal.kill_children(record)
    decisions = _decisions(record)
    kept = f"; what it had done is in {recover(record, decisions)}" if decisions is not None else ""
    if record.world == "aws":
        stacks.teardown(_cloud(record), record.run, say)
    journal.finish(record.run)
    killed = f", {ended} processes ended" if ended else ""
    say(f"{_named(record)} was cut short; cleaned up{killed}{kept}")


def _decisions(record: Record) -> NDArray[Any] | None:
    """What is known of what SES did, if anything is."""
    if record.witness is not None and Path(record.witness).is_file():
        content = Path(record.witness).read_bytes()
        return np.frombuffer(content[: len(content) // DECISION.itemsize * DECISION.itemsize], DECISION)
    if record.world == "aws" and record.zero_unix_s is not None:
        return _published(_cloud(record), record.run, record.zero_unix_s)
    return None


def _published(cloud: Cloud, run: str, zero_unix_s: int) -> NDArray[Any] | None:
    """What SES has told the run's stack, if that is still there."""
    if run not in {standing.run for standing in stacks.status(cloud)}:
        return None
    with speaking_plainly(cloud.world):
        url = stacks.outputs(cloud, run).get(WITNESS_QUEUE)
        if url is None:
            return None
        queue = EventsQueue(cloud.client("sqs"), url)
        queue.read_all()
    return rows(queue.events, zero_unix_s)


def _cloud(record: Record) -> Cloud:
    return aws(record.region, record.endpoint)
