"""A production WSGI server around the application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cheroot.wsgi import Server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

LOOPBACK = "127.0.0.1"
BACKLOG = 1024  # connections not yet accepted; cheroot's 5 makes a burst of clients wait a second for TCP to retry


def listen(application: WSGIApplication, host: str, port: int, threads: int) -> Server:
    """A server that is bound and listens; `port` 0 lets the system choose. Call `serve` and, in the end, `stop`.

    Each call on its way holds a thread. Raises OSError where it cannot listen.
    """
    server = Server((host, port), application, numthreads=threads, request_queue_size=BACKLOG, shutdown_timeout=1)
    server.expiration_interval = 0.05  # how often it looks whether to stop; cheroot's 0.5 s would be felt in every run
    server.prepare()
    return server
