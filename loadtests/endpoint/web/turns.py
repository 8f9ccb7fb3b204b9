"""What is done one at a time: a request that waits for its turn keeps no thread from others, and not too many wait."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, Semaphore

from loadtests.endpoint.web.waiting import waiting


class Busy(Exception):
    """Too many wait already."""


class Turns:
    """One thread at a time has its turn; so many more may wait."""

    def __init__(self, most_in_line: int) -> None:
        self._lock, self._places = Lock(), Semaphore(most_in_line)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Held by the thread whose turn it is; raises Busy."""
        if not self._lock.acquire(blocking=False):
            self._stand_in_line()
        try:
            yield
        finally:
            self._lock.release()

    def _stand_in_line(self) -> None:
        if not self._places.acquire(blocking=False):
            raise Busy
        try:
            with waiting():
                self._lock.acquire()
        finally:
            self._places.release()
