"""An end to what has none: a loop that awaits nothing lets not even Ctrl-C through a simulated run."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from scenarios.errors import BadInput
from scenarios.outside.bundle import Bundle

PATIENCE_S = 20  # hundreds of times what it takes to import a strategy, or to try it
AGAIN_S = 1.0  # where the strategy has caught it all the same


class _Endless(KeyboardInterrupt):
    """Goes through all that Ctrl-C goes through: an error of a task could be caught, or outlived by other tasks."""


@contextmanager
def impatient(bundle: Bundle) -> Iterator[None]:
    """Breaks off what lasts too long. Signals reach a main thread alone; in another nothing is. Raises BadInput."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def give_up(*_: object) -> None:
        raise _Endless

    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, PATIENCE_S, AGAIN_S)
    try:
        yield
    except _Endless:
        raise BadInput(
            f"{bundle.reference}: does not end, tried with 170 mails: is there a loop that awaits nothing?"
        ) from None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)
