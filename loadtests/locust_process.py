"""Locust as a process of its own, which a parent starts, watches, ends gently, and asks why it failed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

from loadtests.locust_options import Crew
from scenarios.errors import RunFailed

LOCUSTFILE = Path(__file__).with_name("locustfile.py")
ASSIGNMENT = "SESLAB_ASSIGNMENT"
"""The environment variable with the folder in which the parent leaves what to do, and finds what came of it."""


def run(options: Sequence[str], folder: Path, log: Path) -> bool:
    """Let Locust run to its end; a first Ctrl-C ends it gently, a second one at once. Returns whether there was one.

    `folder` holds the assignment.
    """
    with _started(options, log, {ASSIGNMENT: str(folder)}) as process:
        return _was_interrupted(process)


def work(options: Sequence[str], log: Path) -> int:
    """Let Locust work for a master, which tells it everything; returns its exit code. Ctrl-C ends it."""
    with _started(options, log, {}) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            os.killpg(process.pid, signal.SIGINT)
            raise


@contextmanager
def _started(options: Sequence[str], log: Path, variables: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """In a session of its own: the terminal's Ctrl-C is for us."""
    if find_spec("locust") is None:
        raise ModuleNotFoundError("Locust is not installed", name="locust")
    command = [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), *options]
    surroundings = {**os.environ, **variables}
    with (
        log.open("wb") as output,
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=output, stderr=output, env=surroundings, start_new_session=True
        ) as process,
    ):
        yield process


def _was_interrupted(process: subprocess.Popen[bytes]) -> bool:
    """Its standard input ends with the first Ctrl-C, and if we are killed."""
    assert process.stdin is not None
    try:
        try:
            process.wait()
        except KeyboardInterrupt:
            process.stdin.close()
            process.wait()
            return True
    except BaseException:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        raise
    return False


def failure(log: Path, crew: Crew) -> RunFailed:
    """Why Locust could not run, in its own last words."""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    told = ([line for line in lines if "/ERROR/" in line] or lines or ["it said nothing"])[-1]
    if "waiting for workers" in told:
        return RunFailed(
            f"--workers {crew.workers}: not all have connected to {crew.host}:{crew.port} within {crew.wait_s} s; "
            "start each with seslab loadtest --worker"
        )
    return RunFailed(f"Locust could not run: {told.rpartition(': ')[2].rstrip('.')}")
