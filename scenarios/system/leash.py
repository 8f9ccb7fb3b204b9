"""Holds a command on a leash: `python leash.py COMMAND...` ends it, and all that it started, with its starter.

The starter gives the leash a session of its own and holds the other end of its standard input. However the starter
ends, interrupted or killed, that end closes, and the command is interrupted, as by Ctrl-C. Temporary files of the
command go into a folder that is removed after it. What the command has started ends after it, in whatever session it
is. The file imports nothing of ours: it runs any seslab, or none.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread

PATIENCE_S = 20.0  # a real run that is interrupted first keeps what it has done
GRACE_S, LOOK_EVERY_S = 2.0, 0.02  # for what the command has left behind
PR_SET_CHILD_SUBREAPER = 36


def main() -> int:
    """The command's exit code, 127 where it cannot be started."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's job in the background leaves it ignored to all
    _adopt_orphans()
    with TemporaryDirectory(prefix="seslab-") as folder:
        try:
            command = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, env={**os.environ, "TMPDIR": folder})
        except OSError as error:
            print(error.strerror or error, file=sys.stderr)
            return 127
        has_ended = Event()
        Thread(target=_end_with_input, args=(command.pid, has_ended), daemon=True).start()
        code = command.returncode = _waited_for(command.pid)
        has_ended.set()
        _end_the_rest()
    return code if code >= 0 else 128 - code


def _adopt_orphans() -> None:
    """What outlives its parent becomes a child of this process, in whatever session it is; on Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)


def _waited_for(pid: int) -> int:
    """The exit code of that child; others that end meanwhile are orphans, of which nothing is to be left."""
    while True:
        ended, status = os.waitpid(-1, 0)
        if ended == pid:
            return os.waitstatus_to_exitcode(status)


def _end_with_input(pid: int, has_ended: Event) -> None:
    while os.read(sys.stdin.fileno(), 1024):  # not sys.stdin itself, whose lock a thread may not hold at exit
        pass
    for by, wait_s in ((signal.SIGINT, PATIENCE_S), (signal.SIGKILL, None)):
        if not has_ended.is_set():
            os.kill(pid, by)
            has_ended.wait(wait_s)


def _end_the_rest() -> None:
    """The command's own children are in this process's group, or become its own; this one lives on to tidy up."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.killpg(os.getpgrp(), signal.SIGTERM)
    _tell(signal.SIGTERM)
    _tell(signal.SIGKILL)


def _tell(by: signal.Signals) -> None:
    """Tells each child once, and waits a while until there is none; those of one that ends come after it."""
    told, until_s = set[int](), time.monotonic() + GRACE_S
    while (children := _children()) and time.monotonic() < until_s:
        for child in children - told:
            with suppress(PermissionError):  # of another user by now
                os.kill(child, by)
        told |= children
        Event().wait(LOOK_EVERY_S)


def _children() -> set[int]:
    """Of this process, those that have ended not among them."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    return {int(stat.parent.name) for stat in Path("/proc").glob("[0-9]*/stat") if _parent(stat) == os.getpid()}


def _parent(stat: Path) -> int | None:
    """None for a process that has just gone."""
    with suppress(OSError):
        return int(stat.read_text(errors="replace").rpartition(")")[2].split()[1])
    return None


if __name__ == "__main__":
    sys.exit(main())
