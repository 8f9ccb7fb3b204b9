"""Runs a command that does not outlive its starter: `python leash.py COMMAND...`, which imports nothing of ours.

Whoever starts it holds the other end of its standard input. However the starter ends, interrupted or killed, that end
closes, and the command is interrupted, as by Ctrl-C.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from threading import Thread

PATIENCE_S = 20.0  # a real run that is interrupted first keeps what it has done


def main() -> int:
    """The command's exit code, 127 where it cannot be started."""
    try:
        command = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)
    except OSError as error:
        print(error.strerror or error, file=sys.stderr)
        return 127
    Thread(target=_end_with_input, args=(command,), daemon=True).start()
    code = command.wait()
    return code if code >= 0 else 128 - code


def _end_with_input(command: subprocess.Popen[bytes]) -> None:
    while os.read(sys.stdin.fileno(), 1024):  # not sys.stdin itself, whose lock a thread may not hold at exit
        pass
    command.send_signal(signal.SIGINT)
    try:
        command.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        command.kill()


if __name__ == "__main__":
    sys.exit(main())
