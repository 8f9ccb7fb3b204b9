"""`seslab` in processes that have imported already what it takes: they are forked from one that does nothing else.

The pages have well over a hundred commands, and most of a command's time goes into imports. `python -P warm.py SOCKET`
serves until its standard input ends. It is a file and no module, since the seslab that it imports is the installed one,
as that of the command is. What a command waits for when it begins by itself is counted by `tests/unit/test_start.py`.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from typing import Any, NamedTuple

BIN = Path(sys.executable).parent
STREAMS = (0, 1, 2)
MOST_BYTES = 1 << 16  # of words and environment

TAKEN = (
    *("matplotlib.figure", "matplotlib.backends.backend_agg", "matplotlib.backends.backend_svg", "pyarrow.parquet"),
    *("scipy.stats", "rich.table", "seslab.app", "sim.run", "scenarios.ledger.store", "reports.compare.folder"),
    *("reports.compare.table", "reports.robust.table", "reports.gate.table", "reports.diff.table"),
)
"""What the commands of pages import."""

SESLAB = """#!/bin/sh
case "$1" in
serve | play | loadtest) exec {real} "$@" ;;
*) exec {python} -IS -c {ask} {door} "$@" ;;
esac
"""
"""Called as the command is; what is ended by a signal is a process of its own."""

ASK = """
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as server:
    server.connect(sys.argv[1])
    order = json.dumps({"words": sys.argv[2:], "folder": os.getcwd(), "variables": dict(os.environ)})
    socket.send_fds(server, [order.encode()], [0, 1, 2])
    for number in (0, 1, 2):
        os.close(number)
    os._exit(int(server.recv(8) or b"3"))
"""


class Order(NamedTuple):
    """A command as somebody calls it."""

    words: list[str]
    folder: str
    variables: dict[str, str]


@contextmanager
def warm(folder: Path, variables: Mapping[str, str]) -> Iterator[Path]:
    """A folder for the head of PATH, in which `seslab` is one that begins at once."""
    door, command = folder / "door", folder / "seslab"
    real, python, at = (shlex.quote(str(path)) for path in (BIN / "seslab", sys.executable, door))
    command.write_text(SESLAB.format(real=real, python=python, ask=shlex.quote(ASK), door=at))
    command.chmod(0o755)
    pipe, alone = subprocess.PIPE, {"OPENBLAS_NUM_THREADS": "1"}  # whoever forks should have no other thread
    with subprocess.Popen(
        [sys.executable, "-P", __file__, str(door)], stdin=pipe, stdout=pipe, env={**variables, **alone}
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        yield folder


def _order(door: socket.socket) -> tuple[socket.socket, list[int], Order]:
    """Who asks, the three streams, and what is to be done."""
    asked, _ = door.accept()
    told, streams, _, _ = socket.recv_fds(asked, MOST_BYTES, len(STREAMS))
    return asked, streams, Order(**json.loads(told))


def _serve(door: socket.socket) -> Order | None:
    """Forks for every order, and tells who asked how it ended; returns an order in its own process, or None at last."""
    with DefaultSelector() as selector:
        selector.register(door, EVENT_READ)
        selector.register(sys.stdin, EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is sys.stdin:
                    return None
                if key.fileobj is not door:
                    _tell_end(selector, key.fd, *key.data)
                    continue
                asked, streams, order = _order(door)
                if (process := os.fork()) == 0:
                    asked.close()
                    _take(streams)
                    return order
                for stream in streams:
                    os.close(stream)
                selector.register(os.pidfd_open(process), EVENT_READ, (process, asked))


def _tell_end(selector: DefaultSelector, handle: int, process: int, asked: socket.socket) -> None:
    selector.unregister(handle)
    os.close(handle)
    code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    with asked:
        asked.send(b"%d" % (code if code >= 0 else 128 - code))


def _take(streams: list[int]) -> None:
    """Python has its streams already, and makes one that leads to a terminal write line by line."""
    for stream, number in zip(streams, STREAMS, strict=True):
        os.dup2(stream, number)
        os.close(stream)
    assert isinstance(sys.stdout, TextIOWrapper)
    sys.stdout.reconfigure(line_buffering=sys.stdout.isatty())


def main(door: Any) -> None:
    """Import, serve, and in each process that is forked be the command."""
    for name in TAKEN:
        importlib.import_module(name)
    from reports.running import executors
    from seslab import command_line

    executors.QUICK_MAILS = sys.maxsize  # others that make runs would import first what is here already
    gc.freeze()
    with socket.create_server(door, family=socket.AF_UNIX, backlog=64) as listening:
        print("ready", flush=True)
        order = _serve(listening)
    if order is not None:
        os.chdir(order.folder)
        os.environ.clear()
        os.environ.update(order.variables)
        sys.argv = [str(BIN / "seslab"), *order.words]
        command_line.main()


if __name__ == "__main__":
    main(sys.argv[1])
