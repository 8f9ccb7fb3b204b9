"""Lines of requests, one for each thing that is asked for: the first of a line goes on, the others wait."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from weakref import WeakValueDictionary

from loadtests.endpoint.web.waiting import waiting

SOON_S = 0.1  # a wait that is worth no other thread
IN_LINE_S = 20.0


class TooLong(Exception):
    """The line does not move on."""


class _Line:
    def __init__(self) -> None:
        self._lock = Lock()

    @contextmanager
    def turn(self) -> Iterator[None]:
        if not self._lock.acquire(timeout=SOON_S):
            self._wait()
        try:
            yield
        finally:
            self._lock.release()

    def _wait(self) -> None:
        with waiting():
            if not self._lock.acquire(timeout=IN_LINE_S):
                raise TooLong


class Lines:
    """Each is there as long as something stands in it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._lines: WeakValueDictionary[str, _Line] = WeakValueDictionary()

    @contextmanager
    def turn(self, key: str) -> Iterator[None]:
        """Held by one thread for each key; raises TooLong after `IN_LINE_S`."""
        with self._lock:
            line = self._lines.setdefault(key, _Line())
        with line.turn():
            yield
