"""Notices from beside the event loop that nothing in it runs any more: a strategy's own loop awaits nothing."""

from __future__ import annotations

import signal
from threading import Event, Thread, current_thread, main_thread
from types import TracebackType
from typing import Self

LOOK_EVERY_S = 1.0
LOOKS = 30  # in vain: counted, not read from a clock, because a machine that was asleep has not been stuck


class Stuck(Exception):
    """Raised where the code stands that lets nothing else run."""

    def __init__(self) -> None:
        super().__init__(f"nothing else could run for {LOOKS * LOOK_EVERY_S:g} s: a loop must await something")


class Watchdog:
    """Sends this process a SIGINT when no `beat` has come for too long; its handler asks `barks`, and raises."""

    def __init__(self) -> None:
        self._beats, self._over, self._barks = 0, Event(), False

    def __enter__(self) -> Self:
        if current_thread() is main_thread():  # no signal reaches another
            Thread(target=self._watch, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._over.set()

    def beat(self) -> None:
        self._beats += 1

    def barks(self) -> bool:
        """Whether this SIGINT is its own."""
        barks, self._barks = self._barks, False
        return barks

    def _watch(self) -> None:
        seen, in_vain = -1, 0
        while not self._over.wait(LOOK_EVERY_S):
            in_vain = in_vain + 1 if self._beats == seen else 0
            seen = self._beats
            if in_vain == LOOKS:
                in_vain, self._barks = 0, True
                signal.pthread_kill(main_thread().ident or 0, signal.SIGINT)
