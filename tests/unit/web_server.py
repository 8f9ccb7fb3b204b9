"""The HTTP server under the local AWS, on a port of its own, and clients that do as they like."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from threading import Thread
from typing import TYPE_CHECKING

from loadtests.endpoint.refusals import Dropped
from loadtests.endpoint.web.listening import listen
from loadtests.endpoint.web.server import Server
from loadtests.ports.local import LOOPBACK

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

THREADS = 4
PATIENCE_S = 10.0
HEAD = b"POST / HTTP/1.1\r\nHost: localhost\r\n"


def echo(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Says what it has been told, and hangs up on a DELETE."""
    if environ["REQUEST_METHOD"] == "DELETE":
        raise Dropped
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [environ["wsgi.input"].read()]


@contextmanager
def serving(application: WSGIApplication, threads: int = THREADS) -> Iterator[Server]:
    """With fewer threads than clients."""
    running = listen(application, LOOPBACK, 0, threads)
    thread = Thread(target=running.serve)
    thread.start()
    try:
        yield running
    finally:
        assert running.stop()
        thread.join()


def said(running: Server, *parts: bytes) -> bytes:
    """All that comes back when a client says this, and then nothing more."""
    with socket.create_connection(running.bind_addr, PATIENCE_S) as client:
        for part in parts:
            client.sendall(part)
        client.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: client.recv(65536), b""))


def ask(running: Server, body: bytes | list[bytes]) -> tuple[int, bytes]:
    """Status and body of the answer to a body, which as a list comes in chunks."""
    client = HTTPConnection(*running.bind_addr, timeout=PATIENCE_S)
    try:
        client.request("POST", "/", body)
        answer = client.getresponse()
        return answer.status, answer.read()
    finally:
        client.close()


def opened(running: Server, clients: ExitStack, sent: bytes) -> socket.socket:
    """A client that says this, and nothing more."""
    client = clients.enter_context(socket.create_connection(running.bind_addr, PATIENCE_S))
    client.sendall(sent)
    return client
