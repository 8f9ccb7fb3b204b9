"""A production WSGI server around the application."""

from __future__ import annotations

import os
import socket
import sys
from threading import Thread
from typing import TYPE_CHECKING

from cheroot.wsgi import Server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

PATIENCE_S = 2.0
BACKLOG = 1024  # connections not yet accepted; cheroot's 5 makes a burst of clients wait a second for TCP to retry


def listen(application: WSGIApplication, host: str, port: int, threads: int) -> Server:
    """A server that is bound and listens; `port` 0 lets the system choose. Call `serve` and, in the end, `stop`.

    Each call on its way holds a thread. Raises OSError where it cannot listen.
    """
    _try(host, port)
    server = Server((host, port), application, numthreads=threads, request_queue_size=BACKLOG, shutdown_timeout=1)
    server.expiration_interval = 0.05  # how often it looks whether to stop; cheroot's 0.5 s would be felt in every run
    server.prepare()
    return server


def _try(host: str, port: int) -> None:
    """Raises the system's own error where one cannot listen; cheroot would say it in words only, and lose a socket."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    socket.create_server((host, port), family=family).close()


def stop(server: Server) -> bool:
    """Whether all calls have ended soon after; a long poll may not."""
    stopping = Thread(target=server.stop, daemon=True)
    stopping.start()
    stopping.join(PATIENCE_S)
    return not stopping.is_alive()


def leave() -> None:
    """End this process, whatever its threads still wait for."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
