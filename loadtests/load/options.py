"""Locust's own options for a run: how many processes on which machines, and what they leave."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from loadtests.ports.local import LOOPBACK, free_port
from scenarios.errors import BadInput
from scenarios.formats.quoted import printable

PORT = 5557
WAIT_S = 60
LINGER_S = "1"  # of the page after the run


@dataclass(frozen=True, slots=True)
class Crew:
    """Who sends: so many `processes` here, or `workers` that connect to a `master` here. `web_port` shows a page."""

    processes: int = 1
    master: bool = False
    workers: int = 1
    wait_s: int = WAIT_S
    host: str = LOOPBACK
    port: int = PORT
    web_port: int | None = None

    @property
    def size(self) -> int:
        """How many send."""
        return self.workers if self.master else self.processes


def check(crew: Crew) -> None:
    """Raises BadInput for what cannot be together, and for the port of a page that is taken."""
    if crew.master and crew.processes > 1:
        raise BadInput(
            f"--processes {crew.processes}: a master sends nothing itself; give it to seslab loadtest worker"
        )
    if crew.workers > 1 and not crew.master:
        raise BadInput(
            f"--workers {crew.workers}: is how many a --master waits for; say that, or --processes {crew.workers} for "
            "so many on this machine"
        )
    if not crew.master:
        _refuse_masters(crew)
    if crew.web_port is not None:
        _check_free(crew.web_port)


def _refuse_masters(crew: Crew) -> None:
    """What only a master heeds would be passed over in silence."""
    given = {
        "--master-host": (crew.host, LOOPBACK),
        "--master-port": (crew.port, PORT),
        "--wait-s": (crew.wait_s, WAIT_S),
    }
    for option, (value, usual) in given.items():
        if value != usual:
            raise BadInput(f"{option} {printable(value)}: is for a --master; say that, or leave it out")


def _check_free(port: int) -> None:
    try:
        socket.create_server((LOOPBACK, port)).close()
    except OSError as error:
        raise BadInput(f"--web-port = {port}: {error.strerror}; name another") from error


def options(crew: Crew, name: str, out: Path | None, page_ends: bool) -> list[str]:
    """For Locust's master, or its only process; its page ends by itself, or when it is told to."""
    return [*_shown(crew, page_ends), *_crewed(crew), *_left(name, out), "--only-summary"]


def worker_options(crew: Crew) -> list[str]:
    """For processes that work for a master elsewhere."""
    at = ["--worker", "--master-host", crew.host, "--master-port", str(crew.port)]
    return [*at, "--processes", str(crew.processes)] if crew.processes > 1 else at


def _shown(crew: Crew, page_ends: bool) -> list[str]:
    if crew.web_port is None:
        return ["--headless"]
    ends = ["--autoquit", LINGER_S] if page_ends else []
    return ["--autostart", *ends, "--web-host", LOOPBACK, "--web-port", str(crew.web_port)]


def _crewed(crew: Crew) -> Iterator[str]:
    if crew.master:
        yield from ("--master", "--master-bind-host", crew.host, "--master-bind-port", str(crew.port))
        yield from ("--expect-workers", str(crew.workers), "--expect-workers-max-wait", str(crew.wait_s))
    elif crew.processes > 1:
        port = str(free_port())  # Locust's usual one may be taken by another run of this machine
        yield from ("--processes", str(crew.processes), "--expect-workers-max-wait", str(crew.wait_s))
        yield from ("--master-bind-host", LOOPBACK, "--master-bind-port", port)
        yield from ("--master-host", LOOPBACK, "--master-port", port)


def _left(name: str, out: Path | None) -> Iterator[str]:
    if out is not None:
        yield from ("--csv", str(out / f"locust-{name}"), "--html", str(out / f"locust-{name}.html"))
