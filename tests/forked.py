"""The local AWS in processes that are forked from one that has imported already what it is made of.

Each real run starts one, and more than a second of processor time goes into imports. What is forked differs in nothing
else: it has its own pid, streams, session, folder and environment. Commands that are processes of their own still begin
theirs as users do.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from multiprocessing.reduction import DupFd
from typing import Any

import pytest

from loadtests.load import locust_process
from loadtests.moto import local_aws, server
from tests.warm_locust import Warm

IMPORTED = ("loadtests.endpoint.application", "loadtests.endpoint.web.listening", "moto.backends")
SERVED = ("dynamodb", "sns", "sqs", "sts")
"""What it imports of moto once it is asked for."""

_FORKING = multiprocessing.get_context("forkserver")


@contextmanager
def warm() -> Iterator[None]:
    """Within it this process begins every local AWS so, and every Locust."""
    backends = (f"moto.{service}.{part}" for service in SERVED for part in ("models", "responses", "urls"))
    _FORKING.set_forkserver_preload(["__main__", __name__, *IMPORTED, *backends])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(local_aws, "begin", Forked)
        patch.setattr(locust_process, "begin", Warm(locust_process.begin).begin)
        yield


class Forked:
    """As much of a `subprocess.Popen` as the local AWS's starter uses."""

    def __init__(self) -> None:
        here, told = os.pipe()
        heard, there = os.pipe()
        pipes = DupFd(here), DupFd(there)
        self._process = _FORKING.Process(target=_serve, args=(*pipes, os.getcwd(), dict(os.environ)), daemon=False)
        self._process.start()
        for end in (here, there):
            os.close(end)
        self.stdin, self.stdout = os.fdopen(told, "wb"), os.fdopen(heard, "rb")
        self.pid = self._process.pid

    def poll(self) -> int | None:
        """Its exit code, or None while it lives."""
        return self._process.exitcode

    def kill(self) -> None:
        """End it at once, even if it is stopped."""
        self._process.kill()

    def communicate(self, timeout: float | None = None) -> None:
        """Say that this was all, and see it gone. Raises TimeoutExpired."""
        with suppress(BrokenPipeError):
            self.stdin.close()
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired(local_aws.SERVER, timeout or 0.0)
        self.stdout.close()


def _serve(heard: Any, told: Any, folder: str, environ: Mapping[str, str]) -> None:
    """What `python -m loadtests.moto.server` is from its first line on."""
    os.setsid()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environ)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for pipe, stream in ((heard, 0), (told, 1)):
        with os.fdopen(pipe.detach(), "rb") as end:
            os.dup2(end.fileno(), stream)
    sys.stdin, sys.stdout = os.fdopen(0, "r", closefd=False), os.fdopen(1, "w", closefd=False)
    server.main()
