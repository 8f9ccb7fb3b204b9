"""Ctrl-C, also by other names, and before there is any work to save: at once and without a traceback."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


def heed_other_ends() -> None:
    """SIGTERM and SIGHUP do what Ctrl-C does, so that nothing is left behind; `nohup` still has its way."""
    signal.signal(signal.SIGTERM, _as_ctrl_c)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, _as_ctrl_c)


def _as_ctrl_c(_number: int, _frame: FrameType | None) -> None:
    signal.raise_signal(signal.SIGINT)


@contextmanager
def ending_on_ctrl_c() -> Iterator[None]:
    """For imports, which take a second and can be interrupted at any line of a library.

    Afterwards Ctrl-C raises KeyboardInterrupt, also where a shell has started the process in the background. Signals
    reach a main thread alone; in another nothing changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
