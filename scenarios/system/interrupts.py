"""Ctrl-C in the middle of what must not break: an action instead of an exception, or an exception later."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import inf
from time import monotonic
from typing import Any


@contextmanager
def interrupts_call(action: Callable[[], None], patience_s: float = inf) -> Iterator[None]:
    """Ctrl-C calls `action` and breaks nothing off, unless it comes once more `patience_s` after it came first.

    Signals reach a main thread alone; in another nothing changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    until_s = inf

    def interrupt(*_: Any) -> None:
        nonlocal until_s
        if monotonic() > until_s:
            raise KeyboardInterrupt
        until_s = min(until_s, monotonic() + patience_s)
        action()

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def first_interrupt_calls(action: Callable[[], None]) -> Iterator[None]:
    """Only the first Ctrl-C calls `action`; a second one does what Ctrl-C did before."""
    before = signal.getsignal(signal.SIGINT)

    def once() -> None:
        signal.signal(signal.SIGINT, before)
        action()

    with interrupts_call(once):
        yield


@contextmanager
def interrupts_later() -> Iterator[None]:
    """Ctrl-C waits until the block is over."""
    pressed: list[bool] = []
    with interrupts_call(lambda: pressed.append(True)):
        yield
    if pressed:
        signal.raise_signal(signal.SIGINT)
