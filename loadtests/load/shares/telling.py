"""Says each SES call that has ended, a JSON object a line, on standard output."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

from numpy.typing import NDArray

from loadtests.record.function_lines import facts
from loadtests.record.function_log import ended_call
from loadtests.record.logs import EndedCall

LOOK_EVERY_S = 0.05


class Teller:
    """Threads of all pods tell here; when the reader is gone the run is asked to end."""

    def __init__(self, intended_s: NDArray[Any], zero_unix_s: float) -> None:
        self._intended_s, self._zero_unix_s = intended_s, zero_unix_s

    def hear(self, call: EndedCall) -> None:
        """One write, shorter than a pipe's buffer, so that lines of many threads do not mix."""
        line = {"intended_s": float(self._intended_s[call.mail]), **call._asdict()}
        try:
            os.write(sys.stdout.fileno(), json.dumps(line).encode() + b"\n")
        except BrokenPipeError:
            os.kill(os.getpid(), signal.SIGINT)

    @contextmanager
    def following(self, log: Path) -> Iterator[None]:
        """Also tell what functions say of their calls in their log, and to the end what they have said by then."""
        log.touch()
        over = Event()
        follower = Thread(target=self._follow, args=(log, over))
        follower.start()
        try:
            yield
        finally:
            over.set()
            follower.join()

    def _follow(self, log: Path, over: Event) -> None:
        for fact in facts(_lines(log, over)):
            if "call" in fact:
                self.hear(ended_call(fact, self._zero_unix_s))


def _lines(log: Path, over: Event) -> Iterator[str]:
    """Whole lines as they are written, until it is over."""
    with log.open(encoding="utf-8", errors="replace") as written:
        rest, was_over = "", False
        while not was_over:
            was_over = over.wait(LOOK_EVERY_S)
            *whole, rest = (rest + written.read()).split("\n")
            yield from whole
