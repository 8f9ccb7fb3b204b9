"""How much is still queued, held or on its way: when nothing is, the run is over."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

Start = Callable[[Coroutine[Any, Any, None]], object]
"""Lets a service's own coroutine run beside all others, without a caller that waits for it."""


class OpenWork:
    """A count of things that may still lead to a mail being sent; calls `finished` when it falls to zero."""

    __slots__ = ("_count", "_finished")

    def __init__(self, finished: Callable[[], None]) -> None:
        self._count, self._finished = 0, finished

    @property
    def is_over(self) -> bool:
        return not self._count

    def add(self, things: int = 1) -> None:
        self._count += things

    def done(self, things: int = 1) -> None:
        self._count -= things
        if not self._count:
            self._finished()
