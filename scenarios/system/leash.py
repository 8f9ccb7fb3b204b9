"""Holds a command on a leash: `python leash.py COMMAND...` ends it, and all that it started, with its starter.

The starter gives the leash a session of its own and holds the other end of its standard input. However the starter
ends, interrupted or killed, that end closes, and the command is interrupted, as by Ctrl-C. Temporary files of the
command go into a folder that is removed after it. The file imports nothing of ours: it runs any seslab, or none.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from tempfile import TemporaryDirectory
from threading import Thread

PATIENCE_S = 20.0  # a real run that is interrupted first keeps what it has done


def main() -> int:
    """The command's exit code, 127 where it cannot be started."""
    with TemporaryDirectory(prefix="seslab-") as folder:
        try:
            command = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, env={**os.environ, "TMPDIR": folder})
        except OSError as error:
            print(error.strerror or error, file=sys.stderr)
            return 127
        Thread(target=_end_with_input, args=(command,), daemon=True).start()
        code = command.wait()
        _end_the_rest()
    return code if code >= 0 else 128 - code


def _end_with_input(command: subprocess.Popen[bytes]) -> None:
    while os.read(sys.stdin.fileno(), 1024):  # not sys.stdin itself, whose lock a thread may not hold at exit
        pass
    command.send_signal(signal.SIGINT)
    try:
        command.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        command.kill()


def _end_the_rest() -> None:
    """The command's own children are in this process's group too; this one lives on to tidy up."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.killpg(os.getpgrp(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
