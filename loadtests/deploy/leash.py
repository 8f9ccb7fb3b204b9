"""Holds a server on a leash: `python -m loadtests.deploy.leash COMMAND...` ends it, and all that it started, with us.

The server runs until this process's standard input ends, as it does when whoever started this is done, or is killed.
Its files go into a folder that is removed after it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from tempfile import TemporaryDirectory
from threading import Thread

PATIENCE_S = 5.0


def main() -> None:
    with TemporaryDirectory(prefix="seslab-") as folder:
        server = subprocess.Popen(sys.argv[1:], cwd=folder, env={**os.environ, "TMPDIR": folder})
        Thread(target=_end_with_input, args=(server,), daemon=True).start()
        server.wait()
        _end_the_rest()


def _end_with_input(server: subprocess.Popen[bytes]) -> None:
    while os.read(sys.stdin.fileno(), 1024):  # not sys.stdin itself, whose lock a thread may not hold at exit
        pass
    server.terminate()
    try:
        server.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        server.kill()


def _end_the_rest() -> None:
    """Functions' processes are in our group too; this one lives on to tidy up."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.killpg(os.getpgrp(), signal.SIGTERM)


if __name__ == "__main__":
    main()
