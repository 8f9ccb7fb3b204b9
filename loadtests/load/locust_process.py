"""Locust as a process of its own, which a parent starts, watches, ends gently, and asks why it failed."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from loadtests.load.options import Crew
from scenarios.errors import RunFailed
from scenarios.system.children import LEASHED, OURS

LOCUSTFILE = Path(__file__).parents[1] / "locustfile.py"
ASSIGNMENT = "SESLAB_ASSIGNMENT"
"""The environment variable with the folder in which the parent leaves what to do, and finds what came of it."""

LOOK_EVERY_S = 2.0


def run(
    options: Sequence[str], folder: Path, log: Path, begun: Callable[[int], object], look: Callable[[], None]
) -> bool:
    """Let Locust run to its end; a first Ctrl-C ends it gently, a second one at once. Returns whether there was one.

    `folder` holds the assignment; `begun` is told the process. What `look` raises, in between, ends it gently, too.
    """
    with _started(options, log, {ASSIGNMENT: str(folder)}) as process:
        begun(process.pid)
        return _was_interrupted(process, look)


def work(options: Sequence[str], log: Path) -> int:
    """Let Locust work for a master, which tells it everything; returns its exit code. It ends with this process."""
    with _started(options, log, {}, held_by=LEASHED) as process:
        return process.wait()


@contextmanager
def _started(
    options: Sequence[str], log: Path, variables: Mapping[str, str], held_by: Sequence[str] = ()
) -> Iterator[subprocess.Popen[bytes]]:
    """In a session of its own: the terminal's Ctrl-C is for us."""
    if find_spec("locust") is None:
        raise ModuleNotFoundError("Locust is not installed", name="locust")
    command = [*held_by, *OURS, "locust", "-f", str(LOCUSTFILE), *options]
    surroundings = {**os.environ, **variables}
    with log.open("wb") as output, begin(command, output, surroundings) as process:
        yield process


def begin(command: Sequence[str], output: IO[bytes], surroundings: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """A process in a session of its own, whose input we hold."""
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=output, stderr=output, env=surroundings, start_new_session=True
    )


def _was_interrupted(process: subprocess.Popen[bytes], look: Callable[[], None]) -> bool:
    """Its standard input ends with the first Ctrl-C, and if we are killed."""
    try:
        try:
            _looked_after(process, look)
        except KeyboardInterrupt:
            _ended_gently(process)
            return True
        except RunFailed:
            _ended_gently(process)
            raise
    except BaseException:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        raise
    return False


def _looked_after(process: subprocess.Popen[bytes], look: Callable[[], None]) -> None:
    while True:
        with suppress(subprocess.TimeoutExpired):
            process.wait(LOOK_EVERY_S)
            return
        look()


def _ended_gently(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    process.stdin.close()
    process.wait()


def is_orphaned(log: Path) -> bool:
    """Whether a worker has ended because its master was gone, which to Locust is no failure."""
    return "get heartbeat from master" in log.read_text(errors="replace")


def _is_error(line: str) -> bool:
    return "/ERROR/" in line


def _is_no_news(line: str) -> bool:
    """What is in no line of Locust's own log about how it gets on, such as an error of Python's."""
    return "/INFO/" not in line


def failure(log: Path, crew: Crew) -> RunFailed:
    """Why Locust could not run, in its own last words."""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    errors, others = ([line for line in lines if kind(line)] for kind in (_is_error, _is_no_news))
    told = (errors or others or ["it was ended from outside"])[-1]
    if "waiting for workers" in told:
        return RunFailed(
            f"--workers {crew.workers}: not all have connected to {crew.host}:{crew.port} within {crew.wait_s} s; "
            "start each with seslab loadtest worker"
        )
    return RunFailed(f"Locust could not run: {told.rpartition(': ')[2].rstrip('.')}")
