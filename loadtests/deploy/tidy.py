"""What killed runs have left, cleaned up by the next command."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from loadtests.deploy import stacks
from loadtests.deploy.cloud import Cloud, aws, speaking_plainly
from loadtests.deploy.events import EventsQueue, kept_events, rows
from loadtests.deploy.stack.publishing import QUEUE as WITNESS_QUEUE
from loadtests.record import run_registry
from loadtests.record.recovery import Document, ledger_of_decisions, ledger_of_witness, recover
from loadtests.record.run_registry import RunRecord
from scenarios.errors import BadInput, RunFailed

Say = Callable[[str], None]


Recover = Callable[[RunRecord, Document], str]
"""Keeps what a killed run had done, and says where; empty if nothing is known of it."""


def tidy(say: Say, document: Document, of_load_test: Recover) -> None:
    """Clean up after every run that was cut short, and say so; what cannot be reached now stays noted.

    `of_load_test` knows what Locust leaves.
    """
    for record in run_registry.leftovers():
        try:
            _tidy(record, say, partial(of_load_test if record.folder else _recovered, record, document))
        except (BadInput, RunFailed) as error:
            say(f"{_named(record)} was cut short and cannot be cleaned up now: {error}")


def _named(record: RunRecord) -> str:
    return f"run {record.run} ({record.strategy} on {record.world})"


def _tidy(record: RunRecord, say: Say, recovered: Callable[[], str]) -> None:
    """A stack costs money: it comes down even if what its queue tells cannot be kept, and that is said all the same."""
    ended = run_registry.kill_children(record)
    try:
        kept = recovered()
    finally:
        if record.world == "aws":
            stacks.teardown(_cloud(record), record.run, say)
    run_registry.finish(record.run)
    killed = f", {ended} processes ended" if ended else ""
    say(f"{_named(record)} was cut short; cleaned up{killed}{kept and f'; {kept}'}")


def _recovered(record: RunRecord, document: Document) -> str:
    """What our own SES has noted, or AWS's has told, if anything is known of what it did."""
    if record.witness is None:
        return ""
    if record.world != "aws":
        noted = run_registry.witnesses_of(record.run)
        return recover(record, partial(ledger_of_witness, record, Path(record.witness)), document) if noted else ""
    decisions = _published(record, Path(record.witness))
    return "" if decisions is None else recover(record, partial(ledger_of_decisions, record, decisions), document)


def _published(record: RunRecord, kept: Path) -> NDArray[Any] | None:
    """What SES has told of a run, before it was killed and since."""
    if record.zero_unix_s is None:
        return None
    told = _read_out(_cloud(record), record.run, kept)
    return rows(kept_events(kept), record.zero_unix_s) if told or kept.is_file() else None


def _read_out(cloud: Cloud, run: str, kept: Path) -> bool:
    """Keep what lies in the queue of a run's stack, once its functions begin no more; False if it is gone."""
    if run not in {one.run for one in stacks.status(cloud) if one.state != stacks.ONLY_A_BUCKET}:
        return False
    stacks.halt(cloud, run)
    with speaking_plainly(cloud.world):
        sqs, url = cloud.client("sqs"), stacks.outputs(cloud, run).get(WITNESS_QUEUE)
        if url is not None:
            with suppress(sqs.exceptions.QueueDoesNotExist):  # a teardown was under way
                EventsQueue(sqs, url, kept).read_out()
                return True
    return False


def _cloud(record: RunRecord) -> Cloud:
    return aws(record.region, record.endpoint)
