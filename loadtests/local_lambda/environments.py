"""Execution environments of the local Lambda: processes that run awslambdaric, forked from a warmed parent."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from itertools import count
from pathlib import Path
from threading import Lock, Thread
from types import TracebackType
from typing import Any, Self

from loadtests.local_lambda.lambda_api import Api, Post
from loadtests.local_lambda.pooled import HOST
from scenarios.errors import RunFailed
from scenarios.outside.plug import plugged
from scenarios.system.children import OURS

PATIENCE_S = 5.0


class EnvironmentProcess:
    """One process, or the order for one that is about to be."""

    def __init__(self, post: Post) -> None:
        self.post = post
        self.pid: int | None = None
        self.alive = True

    def kill(self) -> None:
        """As Lambda does with one that runs into its timeout: its memory dies, what it asked of services goes on."""
        self.alive = False
        if self.pid is not None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)


class Nursery:
    """Starts environments and learns of their deaths; none outlives the block, nor a parent that is killed."""

    def __init__(self, api: Api, variables: Mapping[str, str], log: Path) -> None:
        self._api, self._variables, self._log = api, variables, log
        self._ordered: deque[EnvironmentProcess] = deque()
        self._by_pid: dict[int, EnvironmentProcess] = {}
        self._lock, self._numbers = Lock(), count()

    def __enter__(self) -> Self:
        self._fork_server = subprocess.Popen(
            [*OURS, "loadtests.local_lambda.fork_server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **self._variables},
            start_new_session=True,
        )
        self._listener = Thread(target=self._listen, daemon=True)
        try:
            self._see_ready()
            self._order({"strategies": plugged()})
        except BaseException:
            self._stop()
            raise
        self._listener.start()
        return self

    def _see_ready(self) -> None:
        assert self._fork_server.stdout is not None
        if not self._fork_server.stdout.readline():
            raise RunFailed("the functions' parent process did not start; its own message stands above")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        self._stop()

    def _stop(self) -> None:
        """The fork server ends everything once its standard input ends; else its whole group is killed."""
        assert self._fork_server.stdin is not None
        assert self._fork_server.stdout is not None
        with suppress(BrokenPipeError):
            self._fork_server.stdin.close()
        try:
            self._fork_server.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._fork_server.kill()
        if self._fork_server.wait():
            self._kill_orphans()
        if self._listener.is_alive():
            self._listener.join()
        self._fork_server.stdout.close()
        for post in self._api.posts.values():
            post.close()

    def _kill_orphans(self) -> None:
        """Environments whose parent was killed: they lead no group of their own, and nothing else ends them."""
        with suppress(ProcessLookupError):
            os.killpg(self._fork_server.pid, signal.SIGKILL)

    def start(self, variables: Mapping[str, str]) -> EnvironmentProcess:
        """A new environment; what is handed in before it runs waits for it."""
        environment = EnvironmentProcess(Post())
        name = f"environment-{id(environment)}"
        self._api.posts[name] = environment.post
        address = f"{self._api.address}/{name}"
        variables = {**variables, "AWS_LAMBDA_RUNTIME_API": address, HOST: str(next(self._numbers))}
        with self._lock:
            self._ordered.append(environment)
            self._order({"variables": variables, "log": str(self._log)})
        return environment

    def _order(self, order: Mapping[str, Any]) -> None:
        assert self._fork_server.stdin is not None
        gone = "the functions' parent process has ended: no function can be started"
        if self._fork_server.poll() is not None:  # an environment just forked still holds the pipe: it would not break
            raise RunFailed(gone)
        try:
            self._fork_server.stdin.write(json.dumps(order).encode() + b"\n")
            self._fork_server.stdin.flush()
        except BrokenPipeError as error:
            raise RunFailed(gone) from error

    def _listen(self) -> None:
        assert self._fork_server.stdout is not None
        for line in self._fork_server.stdout:
            self._learn(json.loads(line))

    def _learn(self, fact: dict[str, Any]) -> None:
        if "pid" in fact:
            environment = self._ordered.popleft()
            environment.pid = fact["pid"]
            self._by_pid[fact["pid"]] = environment
            if not environment.alive:  # its function timed out before there was a process to kill
                environment.kill()
        elif (ended := self._by_pid.pop(fact["ended"], None)) is not None:
            ended.alive = False
            ended.post.fail("the environment's process ended")
