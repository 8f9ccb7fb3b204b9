"""How processes of ours are begun, and end."""

from __future__ import annotations

import os
import sys
from multiprocessing import parent_process
from multiprocessing.process import BaseProcess
from threading import Thread

from scenarios.system import leash

OURS = (sys.executable, "-P", "-m")
"""Begins the command of a process that runs a module of ours. `-P`: what lies in the user's folder may be called like a
module that it needs, such as `queue.py`."""

LEASHED = (sys.executable, "-P", leash.__file__)
"""Begins the command of a process that ends with this one, whatever command it is; as a file, since the environment may
be that of another seslab."""


def end_with_parent() -> None:
    """A process of multiprocessing's ends at once when its starter is gone, whose folders another run may fill now."""
    Thread(target=_end_after, args=(parent_process(),), daemon=True).start()


def _end_after(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)
