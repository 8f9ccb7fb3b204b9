"""Requests of one host to one service, in threads of their own: what has begun ends, whatever becomes of the host."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Any, TypeVar

Answer = TypeVar("Answer")


class TooFewThreads(Exception):
    """The system gives no thread."""


class RequestThreads:
    """As many requests at once as there are connections; the others wait their turn."""

    def __init__(self, connections: int) -> None:
        self._threads, self._lock, self._under_way = ThreadPoolExecutor(connections), Lock(), 0

    def carry(self, request: Callable[..., Answer], *arguments: Any) -> Awaitable[Answer]:
        """Make a request, which blocks a thread; its answer or its error is for the task that waits.

        Raises TooFewThreads.
        """
        try:
            return asyncio.get_running_loop().run_in_executor(self._threads, self._carried, request, *arguments)
        except RuntimeError as error:
            raise TooFewThreads(f"the machine gives this run too few threads: {error}") from error

    def _carried(self, request: Callable[..., Answer], *arguments: Any) -> Answer:
        self._count(1)
        try:
            return request(*arguments)
        finally:
            self._count(-1)

    def _count(self, change: int) -> None:
        with self._lock:
            self._under_way += change

    @property
    def is_quiet(self) -> bool:
        """Whether every request that has begun has ended."""
        return not self._under_way

    def close(self) -> None:
        """Begin no further request; those under way end by themselves."""
        self._threads.shutdown(wait=False, cancel_futures=True)
