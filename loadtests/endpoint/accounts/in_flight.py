"""How many of an account's calls SES has not decided on yet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock


class InFlight:
    """Counts; many threads do."""

    def __init__(self) -> None:
        self.calls, self._lock = 0, Lock()

    @contextmanager
    def one(self) -> Iterator[None]:
        """A call is in flight as long as the block lasts."""
        with self._lock:
            self.calls += 1
        try:
            yield
        finally:
            with self._lock:
                self.calls -= 1
