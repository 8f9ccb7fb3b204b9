"""Coroutines on real time: asyncio's twin of the simulator's kernel, and the only file that starts asyncio tasks."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Coroutine
from types import TracebackType
from typing import Any, Self


class Clock:
    """Seconds since time zero, an instant of Unix time that all processes of a run agree on.

    Unix time is read once; from then on only the monotonic clock counts, which is never set back. It is the event
    loop's own clock, and threads may read it.
    """

    __slots__ = ("_zero_s",)

    def __init__(self, zero_unix_s: float) -> None:
        self._zero_s = time.monotonic() - (time.time() - zero_unix_s)

    def now(self) -> float:
        return time.monotonic() - self._zero_s

    def sleep(self, delay_s: float, /) -> Awaitable[None]:
        return asyncio.sleep(delay_s)


class Host:
    """Where tasks run and what they remember: a pod. Once it is abandoned none of its tasks runs on.

    `unraised` are errors of tasks whose group has not been left yet, and may never be.
    """

    __slots__ = ("_tasks", "unraised")

    def __init__(self) -> None:
        self.unraised: list[BaseException] = []
        self._tasks: set[asyncio.Task[None]] = set()  # asyncio itself holds tasks only weakly

    def start(self, coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def abandon(self) -> None:
        """Stop every task where it stands. What a service has been asked to do, it does all the same."""
        for task in tuple(self._tasks):
            task.cancel()


class Group:
    """Tasks of one host that are waited for together."""

    __slots__ = ("_error", "_host", "_running")

    def __init__(self, host: Host) -> None:
        self._host = host
        self._running: set[asyncio.Task[None]] = set()
        self._error: BaseException | None = None

    def spawn(self, task: Coroutine[Any, Any, None], /) -> None:
        started = self._host.start(task)
        self._running.add(started)
        started.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and self._error is None:
            self._error = error
            self._host.unraised.append(error)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        if kind is not None and not issubclass(kind, Exception):
            return  # the coroutine is being closed or abandoned, nothing may be awaited
        while self._running:
            await asyncio.wait(self._running)
        if self._error is not None:
            self._host.unraised.remove(self._error)
            if error is None:
                raise self._error
