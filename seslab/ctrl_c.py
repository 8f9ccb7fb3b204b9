"""Ctrl-C while modules are imported: the end of the process, at once and without a traceback."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def importing() -> Iterator[None]:
    """For imports, which take a second and may be interrupted at no matter which line of a library.

    Afterwards Ctrl-C raises KeyboardInterrupt, also where a shell has started this in the background.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
