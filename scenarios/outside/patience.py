"""An end to what has none: a loop that awaits nothing lets not even Ctrl-C through a simulated run."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from scenarios.errors import BadInput
from scenarios.outside.bundle import Bundle

PATIENCE_S = 20  # hundreds of times what it takes to import a strategy, or to try it


@contextmanager
def impatient(bundle: Bundle) -> Iterator[None]:
    """Breaks off what lasts too long. Signals reach a main thread alone; in another nothing is. Raises BadInput."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def give_up(*_: object) -> None:
        raise BadInput(f"{bundle.reference}: does not end, tried with 170 mails: is there a loop that awaits nothing?")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(PATIENCE_S)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
