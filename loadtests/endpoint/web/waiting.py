"""A thread that waits for long lets another work in its place."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from threading import local

Substitute = Callable[[], AbstractContextManager[None]]
"""Another thread works as long as the context lasts."""

_this_thread = local()


def work_for(substitute: Substitute) -> None:
    """This thread is a server's, which has others."""
    _this_thread.substitute = substitute


def waiting() -> AbstractContextManager[None]:
    """For a wait that may be long, in whatever thread."""
    substitute: Substitute = getattr(_this_thread, "substitute", nullcontext)
    return substitute()
