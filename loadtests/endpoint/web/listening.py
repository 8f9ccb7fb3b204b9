"""A server around the application, and its end."""

from __future__ import annotations

import os
import socket
import sys
from typing import TYPE_CHECKING

from loadtests.endpoint.web.memory import return_what_is_large
from loadtests.endpoint.web.server import Server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

BACKLOG = 1024  # connections not yet accepted; beyond, a client waits a second for TCP to try again


def listen(application: WSGIApplication, host: str, port: int, threads: int) -> Server:
    """A server that is bound and listens; `port` 0 lets the system choose. Call `serve` and, in the end, `stop`.

    Each call on its way holds a thread. Raises OSError where it cannot listen, RuntimeError where it has no threads.
    """
    return_what_is_large()
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return Server(application, socket.create_server((host, port), family=family, backlog=BACKLOG), threads)


def leave(code: int = 0) -> None:
    """End this process, whatever its threads still wait for."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
