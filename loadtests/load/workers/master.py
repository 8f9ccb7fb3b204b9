"""Locust's master, or its only process: hands out the shares, says when it is over, and keeps what workers send."""

from __future__ import annotations

import json
import math
import os
import signal
import time
from pathlib import Path, PurePosixPath
from typing import Any

import gevent
from gevent.fileobject import FileObject

from loadtests.load import assignment
from loadtests.load.assignment import LEFT, ZERO
from loadtests.load.ses_side.on_page import OnPage
from loadtests.load.workers.worker import SHARE, STOP
from scenarios.system.whole_files import write_text

HEAD_START_S = 1.5  # for shares to arrive and clients to be made before time zero
STRATEGY_HEAD_START_S = 5.0  # for processes to start, and their queues and functions
PATIENCE_S = 10.0  # for workers that are to say that they are done
ON_ACCOUNT_S = 90.0  # the same for those that read queues out first, each of them until it is surely empty
LOOK_S = 0.2
LOST_S = 10  # a worker that has not been heard of for so long is gone


class Master:
    """Everything is in `folder`: the assignment, and then a folder of files for each worker, and what it came to."""

    def __init__(self, runner: Any, folder: Path, obeys: bool) -> None:
        self._runner, self._folder = runner, folder
        self._assignment, self._mails = assignment.read(folder)
        runner.environment.host = self._assignment.place.shown(self._assignment.user)
        self._users, self._workers = 0, dict[str, int]()
        self._done: dict[int, dict[str, Any]] = {}
        self._ends_unix_s, self._zero_unix_s = math.inf, 0
        runner.environment.events.test_start.add_listener(self._hand_out)
        runner.environment.events.quitting.add_listener(self._leave)
        self._page: OnPage | None = None
        if obeys:
            gevent.spawn(self._obey)
            runner.environment.events.test_stop.add_listener(self._stay)

    def show(self, web_ui: Any) -> None:
        """SES's side on Locust's page, where a local SES can be asked."""
        if self._assignment.place.endpoint is not None:
            self._page = OnPage(self._assignment, self._mails, self._folder, lambda: self._zero_unix_s)
            self._page.show(web_ui)

    def tick(self) -> tuple[int, float] | None:
        """A user for each worker there is at first; None once all have ended, or will no more."""
        self._users = self._users or self._runner.worker_count
        if self._workers:
            self._runner.stats.total.start_time = self._zero_unix_s  # or rates would count the time before
        return None if self._workers and self._is_over() else (self._users, self._users)

    def keep(self, msg: Any, **_others: Any) -> None:
        """A piece of a worker's file."""
        path = self._folder / f"worker-{int(msg.data['worker'])}" / inside(msg.data["name"])
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab" if msg.data["at"] else "wb") as file:
            file.write(msg.data["piece"])

    def done(self, msg: Any, **_others: Any) -> None:
        """A worker has sent everything."""
        self._done[msg.data["worker"]] = msg.data

    def _hand_out(self, **_others: Any) -> None:
        is_strategy = bool(self._assignment.scenario)
        head_s, share_of = (
            (STRATEGY_HEAD_START_S, assignment.whole) if is_strategy else (HEAD_START_S, assignment.share_of)
        )
        self._zero_unix_s = math.ceil(time.time() + head_s)  # a whole second, the same on all machines
        patience_s = ON_ACCOUNT_S if self._assignment.channels else PATIENCE_S
        self._ends_unix_s = self._zero_unix_s + self._assignment.horizon_s + patience_s
        self._done, self._workers = {}, {name: number for number, name in enumerate(self._names())}
        write_text(self._folder / ZERO, str(self._zero_unix_s))
        for name, number in self._workers.items():
            share = share_of(self._mails, number, len(self._workers)).packed()
            data = {"assignment": self._assignment.to_json(), "zero_unix_s": self._zero_unix_s, "share": share}
            self._runner.send_message(SHARE, data, name)

    def _names(self) -> list[str]:
        """The workers, as messages reach them; a single process is its own."""
        clients = getattr(self._runner, "clients", None)
        names = ["local"] if clients is None else [client.id for client in clients.ready]
        return names[: len(self._assignment.channels) or None]

    def _is_over(self) -> bool:
        open_ = (name for name, number in self._workers.items() if number not in self._done)
        return time.time() > self._ends_unix_s or all(map(self._is_lost, open_))

    def _is_lost(self, name: str) -> bool:
        clients = getattr(self._runner, "clients", None)
        client = None if clients is None else clients.get(name)
        return clients is not None and (client is None or client.heartbeat < -LOST_S)

    def _obey(self) -> None:
        """The parent's standard input says when to stop, be it by a line or by its end."""
        FileObject(os.dup(0), "rb").readline()
        if not self._workers:
            os.kill(os.getpid(), signal.SIGINT)  # Locust still waits for workers
        if (self._folder / LEFT).exists():
            self._close()
        self._ends_unix_s = min(self._ends_unix_s, time.time() + PATIENCE_S)
        for name in self._workers:
            self._runner.send_message(STOP, None, name)

    def _leave(self, environment: Any, **_others: Any) -> None:
        """Locust ends. Whatever workers still had to say has arrived once the runner has quit."""
        self._runner.quit()
        environment.process_exit_code = environment.process_exit_code or 0  # refused mails are a result
        self._tell()

    def _tell(self) -> None:
        """How it ended, once: what comes later is of the page."""
        if self._workers and not (self._folder / LEFT).exists():
            write_text(self._folder / LEFT, json.dumps(self._left()))

    def _stay(self, **_others: Any) -> None:
        """The load is over, and its page is there until the parent has concluded, and perhaps until it is left."""
        if self._page is not None:
            self._tell()
            gevent.spawn(self._close_when_left, self._page)

    def _close_when_left(self, page: OnPage) -> None:
        while page.is_to_stay is None or (page.is_to_stay and page.is_looked_at):
            gevent.sleep(LOOK_S)
        self._close()

    def _close(self) -> None:
        web_ui = self._runner.environment.web_ui
        self._runner.quit()
        if web_ui is not None:
            web_ui.stop()

    def _left(self) -> dict[str, Any]:
        """A run without the word of a worker is one that was cut short."""
        silent = sorted(set(self._workers.values()) - self._done.keys())
        ends = [about["ended_s"] for about in self._done.values()]
        last_s = min(self._assignment.horizon_s, time.time() - self._zero_unix_s)
        return {
            "zero_unix_s": self._zero_unix_s,
            "ended_s": max([*ends, *(last_s for _ in silent)]),
            "interrupted": bool(silent) or any(about["interrupted"] for about in self._done.values()),
            "silent": silent,
            "workers": len(self._workers),
            "failures": [about["failure"] for about in self._done.values() if about["failure"]],
        }


def inside(name: str) -> Path:
    """A file's path in its worker's folder, whatever a worker says."""
    return Path(*(part for part in PurePosixPath(name).parts if part not in ("/", "..")))
