"""A local SES in a process of its own, from its beginning to its end."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from loadtests.testing.server import TROUBLE
from scenarios.errors import RunFailed
from scenarios.system.children import OURS

SERVER = (*OURS, "loadtests.testing.server")
HOST = "127.0.0.1"


class SmtpAddress(NamedTuple):
    """Where mail is taken: STARTTLS, any user and password, and a certificate that nobody has signed."""

    host: str
    port: int


class Addresses(NamedTuple):
    """Of HTTP and of SMTP."""

    url: str
    smtp: SmtpAddress


@contextmanager
def served() -> Iterator[Addresses]:
    """A process that listens on ports of the system's choice until the block ends; raises RunFailed.

    It ends with its starter however that ends, save that a fork of the starter keeps it. Ctrl-C is not its affair.
    """
    process = subprocess.Popen(SERVER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
    with process:
        try:
            yield _introduced(process)
        finally:
            process.kill()  # it has nothing to put in order


def _introduced(process: subprocess.Popen[bytes]) -> Addresses:
    assert process.stdout is not None
    line = process.stdout.readline().decode().strip()
    if not line or line.startswith(TROUBLE):
        why = line.removeprefix(TROUBLE) or "its own message stands above"
        raise RunFailed(f"the local SES did not start: {why}")
    http, smtp = map(int, line.split())
    return Addresses(f"http://{HOST}:{http}", SmtpAddress(HOST, smtp))
