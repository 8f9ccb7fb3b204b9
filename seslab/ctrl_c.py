"""Ctrl-C before there is any work to save: the end of the process, at once and without a traceback."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def ending_on_ctrl_c() -> Iterator[None]:
    """For imports, which take a second and can be interrupted at any line of a library.

    Afterwards Ctrl-C raises KeyboardInterrupt, also where a shell has started the process in the background.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
