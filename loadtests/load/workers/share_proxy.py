"""A strategy on a Locust worker: its share runs in an unpatched process of its own, which tells each call here."""

from __future__ import annotations

import json
import os
import signal
import tomllib
import weakref
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from gevent import subprocess

from loadtests.application.worker_share import WorkerShare
from loadtests.load import histogram
from loadtests.load.assignment import SHARES, Assignment, Channel, WorkerMails
from loadtests.load.shares.share_order import ShareOrder, packed
from loadtests.load.workers.player import Tell
from loadtests.ports.kernel import Clock
from scenarios.formats.toml import toml_document
from scenarios.outside.plug import plug
from scenarios.schema.model import Scenario
from scenarios.schema.scenario_file import load
from scenarios.system.children import OURS
from scenarios.system.held import temporary_folder
from strategies import ports
from strategies.ports import SendError

TRACE = "trace.csv"


class ShareProxy:
    """Two event loops in one process fail, so asyncio has its own; its lines come through a pipe."""

    def __init__(self, assignment: Assignment, mails: WorkerMails, zero_unix_s: int, tell: Tell) -> None:
        self._assignment, self._tell, self._clock = assignment, tell, Clock(zero_unix_s)
        self._responses, self._services = histogram.empty(), histogram.empty()
        until_gone = ExitStack()
        weakref.finalize(self, until_gone.close)
        self._folder = until_gone.enter_context(temporary_folder(SHARES))
        self.interrupted, self.ended_s, self.failure = False, 0.0, ""
        self._errors = (self._folder / "stderr").open("w+b")
        self._process = self._started(order_of(assignment, mails, zero_unix_s, self._folder))
        self._place = mails.worker

    def _started(self, order: ShareOrder) -> Any:
        """In a session of its own: this worker stops it, and no terminal does. It ends when its input does."""
        process = subprocess.Popen(
            [*OURS, "loadtests.load.shares.share_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            start_new_session=True,
        )
        process.stdin.write(packed(order))
        process.stdin.flush()
        return process

    def play(self) -> None:
        """Until the strategy has ended."""
        for line in self._process.stdout:
            self._note(json.loads(line))
        if self._process.wait():
            self.failure = self._last_words()
        self.ended_s = max(0.0, min(self._assignment.horizon_s, self._clock.now()))

    def stop(self) -> None:
        """End it now; what it has done is kept."""
        self.interrupted = True
        if self._process.poll() is None:
            os.kill(self._process.pid, signal.SIGINT)

    def _note(self, call: dict[str, Any]) -> None:
        response_s, service_s = call["end_s"] - call["intended_s"], call["end_s"] - call["start_s"]
        histogram.record(self._responses, response_s)
        histogram.record(self._services, service_s)
        error = _error(call["error"], call["said"])
        self._tell(self._assignment.user, call["recipients"], response_s, service_s, error)

    def _last_words(self) -> str:
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else f"its process ended with exit code {self._process.returncode}"

    def left(self) -> dict[str, bytes]:
        """The files that the worker leaves: its ledger, or one for each account or pool, and two histograms."""
        folder = self._folder / f"share-{self._place}"
        ledger = {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*.parquet")}
        histograms = {"response": self._responses, "service": self._services}
        return ledger | {name: bytes(one.encode()) for name, one in histograms.items()}


def order_of(assignment: Assignment, mails: WorkerMails, zero_unix_s: int, folder: Path) -> ShareOrder:
    """What a share's process is asked to do."""
    channel = assignment.channels[mails.worker] if assignment.channels else Channel({}, 0)
    return ShareOrder(
        scenario=_scenario(assignment, folder),
        strategy=assignment.user,
        seed=assignment.seed,
        run=assignment.run,
        share=WorkerShare(mails.worker, mails.workers),
        zero_unix_s=zero_unix_s,
        folder=folder,
        mails=mails.mails,
        accounts=mails.accounts,
        envelope=assignment.envelope,
        endpoint=assignment.place.endpoint,
        region=assignment.place.region,
        outputs={**channel.outputs},
        budget_recipients=channel.budget_recipients,
    )


def _scenario(assignment: Assignment, folder: Path) -> Scenario:
    """As the master's. Its mails are drawn already: a trace's file, which is on another machine, is an empty one."""
    plug(assignment.strategies)
    (folder / TRACE).touch()
    table = tomllib.loads(assignment.scenario)
    for one in (*table["workload"], *table.get("neighbour", ())):
        if one["process"] == "trace":
            one["path"] = str(folder / TRACE)
    (folder / "scenario.toml").write_text(toml_document(table), encoding="utf-8")
    return load(str(folder / "scenario.toml"))


def _error(name: str | None, said: str) -> SendError | None:
    """An error in SES's own words."""
    if name is None:
        return None
    error: SendError = getattr(ports, name)(said)
    return error
