"""A thread that does what is due, when it is due; it sleeps until then, and begins with the first that is."""

from __future__ import annotations

import logging
from collections.abc import Callable
from math import inf
from threading import Condition, Thread
from time import monotonic

REST_S, LONGEST_S = 0.01, 3600.0  # of a sleep: what is due soon is done together, and a lock waits for no endless time
AGAIN_S = 1.0

_log = logging.getLogger(__name__)


class Timekeeper:
    """`work` does everything that is due, and says in how many seconds something is due next; None for never."""

    def __init__(self, work: Callable[[], float | None]) -> None:
        self._work, self._changed = work, Condition()
        self._next_s, self._rests_until_s, self._is_over = inf, 0.0, False
        self._thread: Thread | None = None

    def expect(self, in_s: float) -> None:
        """Something is due in so many seconds; work that begins from now on sees it."""
        at_s = monotonic() + in_s
        if at_s >= self._next_s:  # without the lock: the work at that instant comes after this one's question
            return
        with self._changed:
            if self._is_over:
                return
            if self._thread is None:
                self._thread = Thread(target=self._run, name="timekeeper", daemon=True)
                self._thread.start()
            if at_s < self._next_s:
                wakes_s, self._next_s = max(self._next_s, self._rests_until_s), at_s
                if max(at_s, self._rests_until_s) < wakes_s:
                    self._changed.notify()

    def close(self) -> None:
        """End at once, whatever is due."""
        with self._changed:
            self._is_over = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while self._comes_due():
            in_s = self._tried()
            if in_s is not None:
                self.expect(in_s)

    def _comes_due(self) -> bool:
        """Sleep until something is due; whether it goes on at all."""
        with self._changed:
            while not self._is_over and (left_s := self._left_s()) > 0:
                self._changed.wait(min(left_s, LONGEST_S))
            self._next_s, self._rests_until_s = inf, monotonic() + REST_S
            return not self._is_over

    def _left_s(self) -> float:
        return max(self._next_s, self._rests_until_s) - monotonic()

    def _tried(self) -> float | None:
        """Trouble must not keep what is due later from being told."""
        try:
            return self._work()
        except Exception:
            _log.exception("What was due could not be told.")
            return AGAIN_S
