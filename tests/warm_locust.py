"""Locust in processes that are forked from one that has imported it already.

Each load test starts one, and a second and a half of processor time goes into imports. What is forked differs in
nothing else: it has its own pid, session, streams, environment and event loop, and plays the locustfile that its words
name.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import select
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from threading import Lock
from types import TracebackType
from typing import IO, Any, Self

from scenarios.system.children import OURS

LOCUST = [*OURS, "locust"]
IMPORTED = (
    *("locust.main", "loadtests.load.locust_arguments"),
    *("loadtests.load.workers.master", "loadtests.load.workers.worker"),
)
"""What Locust and its locustfile are made of; the file itself is played by every process anew."""

MOST_BYTES = 1 << 17  # of words and environment
STREAMS = (0, 1, 2)


class Warm:
    """The process that all others are forked from, begun by the first."""

    def __init__(self, otherwise: Callable[..., Any]) -> None:
        self._otherwise, self._lock = otherwise, Lock()
        self._orders: socket.socket | None = None

    def begin(self, command: Sequence[str], output: IO[bytes], surroundings: Mapping[str, str]) -> Any:
        """In place of `loadtests.load.locust_process.begin`; where the command is not plainly ours, as that does."""
        if command[: len(LOCUST)] != LOCUST:
            return self._otherwise(command, output, surroundings)
        with self._lock:
            return Forked(self._parent(), command[len(LOCUST) :], output, surroundings)

    def _parent(self) -> socket.socket:
        if self._orders is None:
            self._orders, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with theirs:
                command = [*OURS, __name__, str(theirs.fileno())]
                self._process = subprocess.Popen(command, pass_fds=(theirs.fileno(),), start_new_session=True)
            atexit.register(self.close)
        return self._orders

    def close(self) -> None:
        """It ends when nobody can ask it any more."""
        if self._orders is not None:
            self._orders.close()
            self._process.wait()


class Forked:
    """As much of a `subprocess.Popen` as load tests use."""

    def __init__(
        self, parent: socket.socket, words: Sequence[str], output: IO[bytes], surroundings: Mapping[str, str]
    ) -> None:
        heard, told = os.pipe()
        self._code, code = os.pipe()
        order = json.dumps({"words": [*words], "folder": os.getcwd(), "variables": {**surroundings}})
        socket.send_fds(parent, [order.encode()], [heard, output.fileno(), output.fileno(), code])
        for end in (heard, code):
            os.close(end)
        self.pid = int(parent.recv(MOST_BYTES))
        self.stdin = os.fdopen(told, "wb")
        self.returncode: int | None = None

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code. Raises TimeoutExpired."""
        if self.returncode is None:
            if not select.select([self._code], (), (), timeout)[0]:
                raise subprocess.TimeoutExpired(LOCUST, timeout or 0.0)
            self.returncode = int(os.read(self._code, 8))
            os.close(self._code)
        return self.returncode

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        self.stdin.close()
        self.wait()


class Parent:
    """Forks for every order, and tells who asked how it ended. None of what Locust patches may be used here."""

    def __init__(self, orders: socket.socket) -> None:
        self._orders, self._codes = orders, dict[int, tuple[int, int]]()
        self._fork, self._waitpid, self._poll = os.fork, os.waitpid, select.poll()

    def serve(self) -> dict[str, Any] | None:
        """Returns an order in its own process, or None at last."""
        self._poll.register(self._orders, select.POLLIN)
        while True:
            for ready, _ in self._poll.poll():
                if ready in self._codes:
                    self._tell_end(ready)
                    continue
                order, ends, _, _ = socket.recv_fds(self._orders, MOST_BYTES, len(STREAMS) + 1)
                if not order:
                    return None
                *streams, code = ends
                if not (process := self._fork()):
                    self._take(streams, code)
                    return dict(json.loads(order))
                self._follow(process, code)
                for stream in streams:
                    os.close(stream)

    def _take(self, streams: Sequence[int], code: int) -> None:
        """In the new process, which has nothing else of its parent's."""
        for stream, number in zip(streams, STREAMS, strict=True):
            os.dup2(stream, number)
        others = (end for handle, (_, code) in self._codes.items() for end in (handle, code))
        for end in (*streams, code, *others):
            os.close(end)
        self._orders.close()

    def _follow(self, process: int, code: int) -> None:
        handle = os.pidfd_open(process)
        self._codes[handle] = process, code
        self._poll.register(handle, select.POLLIN)
        self._orders.send(b"%d" % process)

    def _tell_end(self, handle: int) -> None:
        process, code = self._codes.pop(handle)
        self._poll.unregister(handle)
        ended = os.waitstatus_to_exitcode(self._waitpid(process, 0)[1])
        os.write(code, b"%d" % ended)
        os.close(code)
        os.close(handle)


def main(number: int) -> None:
    """Import, serve, and in each process that is forked be Locust."""
    parent = Parent(socket.socket(fileno=number))
    for name in IMPORTED:
        importlib.import_module(name)
    gc.freeze()
    order = parent.serve()
    if order is not None:
        import gevent

        os.setsid()
        gevent.reinit()
        os.chdir(order["folder"])
        os.environ.clear()
        os.environ.update(order["variables"])
        sys.argv = ["locust", *order["words"]]
        importlib.import_module("locust.main").main()


if __name__ == "__main__":
    main(int(sys.argv[1]))
