"""A version of an application as a process of ours: it is there once it answers, and gone when the block ends."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, NamedTuple
from urllib.parse import urlsplit

from scenarios.errors import RunFailed
from scenarios.formats.quoted import printable
from scenarios.system.children import LEASHED
from scenarios.system.leash import GRACE_S

PATIENCE_S = 60.0  # for an application to start, be it in a container
LOOK_EVERY_S, KNOCK_S = 0.1, 1.0
LATE_S = 10.0  # in which whatever is there before answers, however busy it is
GONE_S = KNOCK_S + 2 * GRACE_S  # for the leash of an application that has died to end what that has left behind
TAIL, LAST = 2_000, 3  # bytes, in which so many last lines of what it said will be


class Command(NamedTuple):
    """What starts an application, and where."""

    words: Sequence[str]
    folder: Path


class Said(NamedTuple):
    """The file of what an application says, and where in it this run begins; `log` is there to be read afterwards."""

    file: IO[bytes]
    begin: int
    log: Path | None


@contextmanager
def started(
    name: str, command: Command, url: str, environ: Mapping[str, str], log: Path | None = None
) -> Iterator[None]:
    """The application, which answers HTTP at `url`, in that environment; what it says is added to the log.

    It ends with the block, or with us, however that ends. Raises RunFailed if something else answers there, or where it
    does not start, or dies of the load.
    """
    if answers(url, LATE_S):
        raise RunFailed(f"--target {printable(url)}: something answers there already, which --run does not expect")
    with _said(log) as said, _leashed(name, command, environ, said.file) as process:
        _await(name, process, url, said)
        yield
        _refuse_dead(name, process, url, said)


@contextmanager
def _said(log: Path | None) -> Iterator[Said]:
    with TemporaryFile() if log is None else log.open("ab+") as file:
        yield Said(file, file.seek(0, os.SEEK_END), log)


@contextmanager
def _leashed(
    name: str, command: Command, environ: Mapping[str, str], said: IO[bytes]
) -> Iterator[subprocess.Popen[bytes]]:
    """In a session of its own, so that Ctrl-C does not reach it before the load has ended."""
    try:
        process = subprocess.Popen(
            (*LEASHED, *command.words),
            cwd=command.folder,
            env=environ,
            stdin=subprocess.PIPE,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
    except OSError as error:
        raise RunFailed(f"{printable(name)}: cannot run in {command.folder}: {error.strerror or error}") from error
    try:
        yield process
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait()  # also after Ctrl-C: the next command may need its port


def _await(name: str, process: subprocess.Popen[bytes], url: str, said: Said) -> None:
    until_s = time.monotonic() + PATIENCE_S
    while not answers(url):
        with suppress(subprocess.TimeoutExpired):
            process.wait(LOOK_EVERY_S)
            raise _died(name, process, said, "before it answered")
        if time.monotonic() > until_s:
            raise RunFailed(f"{printable(name)}: does not answer at {printable(url)} after {PATIENCE_S:g} s")


def _refuse_dead(name: str, process: subprocess.Popen[bytes], url: str, said: Said) -> None:
    """One that is only busy answers late; one that is gone takes its leash a moment to tell."""
    until_s = time.monotonic() + GONE_S
    while not answers(url) and time.monotonic() < until_s:
        with suppress(subprocess.TimeoutExpired):
            process.wait(LOOK_EVERY_S)
            raise _died(name, process, said, "under the load")


def answers(url: str, patience_s: float = KNOCK_S) -> bool:
    """Whether an HTTP server is there: the proxy of a container takes connections before there is one."""
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    try:
        with closing(kind(parts.netloc, timeout=patience_s)) as connection:
            connection.request("HEAD", "/")  # asks no route of the application to do anything
            connection.getresponse()
    except (OSError, HTTPException):
        return False
    return True


def _died(name: str, process: subprocess.Popen[bytes], said: Said, when: str) -> RunFailed:
    said.file.seek(max(said.begin, said.file.seek(0, os.SEEK_END) - TAIL))
    lines = said.file.read().decode(errors="replace").strip().splitlines()
    last = " / ".join(lines[-LAST:]) or "it said nothing"
    more = "" if said.log is None else f"; the rest is in {said.log}"
    return RunFailed(printable(f"{name}: ended with {process.returncode} {when}: {last}{more}"))
