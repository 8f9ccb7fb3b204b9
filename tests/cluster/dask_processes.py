"""A scheduler and its workers as processes of their own, on this machine's loopback."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.unit.checkout import ROOT

PATIENCE_S = 60.0
LOOPBACK = ("--host", "127.0.0.1")
FORGIVES_NOTHING = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1"}
"""Of how many workers may die of one task: so few have to be started."""
Process = subprocess.Popen[str]


def _dask(*words: str, code: Path = ROOT) -> Process:
    command = [sys.executable, "-W", "ignore", "-m", "dask", *words, *LOOPBACK, "--no-dashboard"]
    environment = {**os.environ, "PYTHONPATH": str(code)}
    return subprocess.Popen(
        command, cwd=code, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )


@contextmanager
def scheduler() -> Iterator[tuple[str, Process]]:
    """Its address, and its process, which may be killed."""
    process = _dask("scheduler", "--port", "0")
    try:
        assert process.stderr is not None
        line = next(line for line in process.stderr if "Scheduler at:" in line)
        yield line.split()[-1], process
    finally:
        _end(process)


@contextmanager
def workers(address: str, many: int = 1, code: Path = ROOT) -> Iterator[list[Process]]:
    """Without nannies: what is killed stays dead. They are there once the block begins."""
    processes = [_dask("worker", address, "--nthreads", "2", "--no-nanny", code=code) for _ in range(many)]
    try:
        for process in processes:
            assert process.stderr is not None
            next(line for line in process.stderr if "Registered to:" in line)
        yield processes
    finally:
        for process in processes:
            _end(process)


def _end(process: Process) -> None:
    process.kill()
    process.wait(PATIENCE_S)
    assert process.stderr is not None
    process.stderr.close()


def other_code(folder: Path) -> Path:
    """A copy of the rooms in which one line of the simulator is another."""
    for room in ("reports", "scenarios", "sim", "strategies"):
        shutil.copytree(ROOT / room, folder / room, ignore=shutil.ignore_patterns("__pycache__"))
    with (folder / "sim" / "kernel.py").open("a") as file:
        file.write("\n# Another day's work.\n")
    return folder
