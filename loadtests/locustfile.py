"""A scenario's load through Locust: `seslab loadtest` runs this file, and so does plain `locust -f`.

The scenario's arrivals are an open model: each mail has its intended instant, and none waits for the answer to another.
Each worker holds one Locust user, which plays the worker's share; Locust distributes, counts, draws and exports.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import locust.runners
import locust.stats
from locust import LoadTestShape, User, events, task
from locust.env import Environment
from locust.runners import MasterRunner, WorkerRunner

from loadtests.load.locust_arguments import add_arguments
from loadtests.load.locust_process import ASSIGNMENT
from loadtests.load.workers.master import Master
from loadtests.load.workers.worker import DONE, FILE, SHARE, STOP, Worker

_workers: dict[Environment, Worker] = {}
_masters: dict[Environment, Master] = {}


def three_digits(response_time: float) -> int:
    """Locust's buckets, which have two digits by themselves; in milliseconds."""
    whole = round(response_time)
    return round(whole, 3 - len(str(whole)))


locust.stats.bucket_response_time = three_digits
locust.runners.MASTER_HEARTBEAT_TIMEOUT = 20  # seconds: workers of a master that is gone are to stop sending soon


class Mails(User):
    """What one worker sends: its whole share, in greenlets of its own."""

    @task
    def play(self) -> None:
        """Play the share once, then stand by: Locust counts users, and would give a missing one's work to another."""
        _workers[self.environment].play()


class Scenario(LoadTestShape):
    """One user for each worker, until all have played their shares: what rises and falls is in the scenario."""

    def tick(self) -> tuple[int, float] | None:
        assert self.runner is not None
        return _masters[self.runner.environment].tick()


def _begin(environment: Environment, runner: Any, **_others: Any) -> None:
    if not isinstance(runner, MasterRunner):
        worker = _workers[environment] = Worker(environment, runner)
        runner.register_message(SHARE, worker.take)
        runner.register_message(STOP, worker.stop)
    if not isinstance(runner, WorkerRunner):
        master = Master(runner, _folder(environment), obeys=ASSIGNMENT in os.environ)
        _masters[environment] = master
        if environment.web_ui is not None:
            master.show(environment.web_ui)
        runner.register_message(FILE, master.keep)
        runner.register_message(DONE, master.done)


def _folder(environment: Environment) -> Path:
    """Where the assignment is: the parent's word, or else what Locust's own command line says."""
    if ASSIGNMENT in os.environ:
        return Path(os.environ[ASSIGNMENT])
    from loadtests.load import locust_cli  # which takes as long to import as Locust itself

    with locust_cli.failing_plainly():
        return locust_cli.CommandLineRun(environment).folder


_hooks: Any = events  # whose methods have no types
_hooks.init_command_line_parser.add_listener(add_arguments)
_hooks.init.add_listener(_begin)
