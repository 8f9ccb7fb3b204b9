"""Waiting for what a service does in its own time."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event
from typing import TypeVar

T = TypeVar("T")
PATIENCE_S = 30.0  # far more than anything takes: it bounds a test that fails


def until(ask: Callable[[], T]) -> T:
    """The first answer that is not empty."""
    until_s = time.monotonic() + PATIENCE_S
    while not (answer := ask()):
        assert time.monotonic() < until_s
        Event().wait(0.02)
    return answer
