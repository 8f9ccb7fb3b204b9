"""When the next request may begin: SES takes one a second, and Ctrl-C begins none."""

from __future__ import annotations

import time
from threading import Event
from typing import Protocol


class Stopped(Exception):
    """No further request may begin."""


class Clock(Protocol):
    """Time that passes, unless it is cut short."""

    def now_s(self) -> float: ...
    def wait(self, span_s: float) -> bool:
        """Whether the wait was cut short, because no request may begin any more."""
        ...


class RealClock:
    """Seconds of this machine; `stop` may come from a signal's handler."""

    def __init__(self) -> None:
        self._over = Event()

    def stop(self) -> None:
        self._over.set()

    def now_s(self) -> float:
        return time.monotonic()

    def wait(self, span_s: float) -> bool:
        return self._over.wait(span_s)


class Pace:
    """Invariant: two requests begin at least `every_s` apart."""

    def __init__(self, every_s: float, clock: Clock) -> None:
        self._every_s, self._clock, self._free_s = every_s, clock, clock.now_s()

    def turn(self) -> None:
        """Waits until a request may begin. Raises Stopped."""
        if self._clock.wait(max(0.0, self._free_s - self._clock.now_s())):
            raise Stopped

    def begun(self) -> None:
        """A request begins now."""
        self._free_s = self._clock.now_s() + self._every_s

    def rest(self, span_s: float) -> None:
        """None begins for so long."""
        self._free_s = max(self._free_s, self._clock.now_s() + span_s)
