"""The HTTP server under the local AWS, against clients that do as they like: raw bytes, and its beginning and end."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from threading import Thread
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadtests.endpoint.web import connection
from loadtests.endpoint.web.listening import listen
from loadtests.endpoint.web.server import Server
from loadtests.ports.local import LOOPBACK
from tests.unit.web_server import HEAD, PATIENCE_S, THREADS, ask, echo, said, serving

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


@pytest.fixture(scope="module")
def echoing() -> Iterator[Server]:
    """One for many examples."""
    with serving(echo) as running:
        yield running


def chunked(body: bytes, size: int) -> bytes:
    """A body in chunks of a size."""
    chunks = (body[at : at + size] for at in range(0, len(body), size))
    return b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"


@settings(max_examples=40)
@given(st.binary(max_size=200_000), st.integers(1, 70_000), st.booleans(), st.integers(1, 4))
def test_a_body_comes_whole(echoing: Server, body: bytes, size: int, in_chunks: bool, times: int) -> None:
    """Whether it says its length or comes in chunks, in however many pieces, and with others on one connection."""
    whole = HEAD + b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
    if in_chunks:
        whole = HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(body, size)
    client = HTTPConnection(*echoing.bind_addr, timeout=PATIENCE_S)
    client.connect()
    for _ in range(times):
        for at in range(0, len(whole), size):
            client.sock.sendall(whole[at : at + size])
        answer = client.response_class(client.sock, method="POST")
        answer.begin()
        assert answer.read() == body
    client.close()


FRAGMENTS = [
    b"GET / HTTP/1.1\r\n", b"POST / HTTP/1.1\r\n", b"Host: localhost\r\n", b"Content-Length: 3\r\n",
    b"Content-Length: ",
    b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: gzip\r\n", b"Expect: 100-continue\r\n", b"HTTP/1.0\r\n",
    b"Connection: close\r\n", b"\r\n", b"\n", b"3\r\nabc\r\n", b"0\r\n\r\n", b"-1\r\n", b"ffffffffffffffff\r\n", b"//[",
    b"http://[x/", b" ", b"\0", b"*", b"HTTP/9.9", b"CONNECT", b"%", b"?", b"#", b":", b"\xff\xfe", b"\x16\x03\x01",
]  # fmt: skip


@settings(max_examples=200)
@given(st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.binary(max_size=30)), max_size=12).map(b"".join))
def test_whatever_comes_is_answered_or_refused(echoing: Server, sent: bytes) -> None:
    """Nothing that a client says makes a 500, a traceback, or a silence for ever."""
    with patch.object(logging, "exception") as complained:
        answer = said(echoing, sent)
    assert not answer or answer[:12] in {b"HTTP/1.1 %d" % status for status in (100, 200, 400, 404, 413, 431, 505)}
    assert not complained.called


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        *(
            (HEAD + b"Content-Length: %s\r\n\r\n" % length, 400)
            for length in (b"-1", b"+5", b"1e3", b"9" * 5_000, b"x")
        ),
        (HEAD + b"Content-Length: %d\r\n\r\n" % 10**12, 413),
        (HEAD + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", 400),
        *((HEAD + b"Transfer-Encoding: chunked\r\n\r\n%s\r\n" % size, 400) for size in (b"-1", b"zz", b"f" * 40)),
        (HEAD + b"Transfer-Encoding: gzip\r\n\r\n", 400),
        (HEAD + b"X: y\r\n" * 5_000, 431),
        (HEAD + b"X: %s\r\n\r\n" % (b"y" * 17_000), 431),
        (b"GET /" + b"x" * 20_000, 431),
        (b"GET http://localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        (b"hello\r\n\r\n", 400),
        *((b"GET / HTTP/%s\r\nHost: localhost\r\n\r\n" % version, 505) for version in (b"0.9", b"2.0", b"9.9")),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
    ],
    ids=lambda value: repr(value[-30:]) if isinstance(value, bytes) else None,
)
def test_what_is_no_request_is_refused(echoing: Server, sent: bytes, status: int) -> None:
    """A number for each kind of wrong, and one sentence; the connection is closed."""
    head, _, sentence = said(echoing, sent).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert b"Connection: close" in head
    assert sentence.count(b"\n") == 1


def test_a_drop_is_silent(echoing: Server) -> None:
    """An application that wants its caller to hear nothing closes the connection; others go on."""
    assert said(echoing, b"DELETE / HTTP/1.1\r\nHost: localhost\r\n\r\n") == b""
    assert ask(echoing, b"still here") == (200, b"still here")


def test_what_is_too_large_is_refused_while_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client hears why, in AWS's words, though it is still sending."""
    monkeypatch.setattr(connection, "BODY_MOST_BYTES", 1_000)
    body = b"x" * 8_000_000
    with serving(echo) as running:
        assert ask(running, body) == ask(running, [body]) == (413, b"HTTP content length exceeded 1000 bytes.\n")


def test_a_header_holds_what_a_header_can() -> None:
    """What a client wants said may have characters that no header has: they are replaced, and the answer comes."""

    def told(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        start_response("200 OK", [("X-Name", "€\0é\r\n"), ("Content-Length", "0")])
        return []

    with serving(told) as running:
        assert b"\r\nX-Name: ??\xe9??\r\n" in said(running, HEAD + b"\r\n")


def test_a_server_that_is_stopped_before_it_serves_ends() -> None:
    """Whichever thread is first, none lives on: a run that is killed while its server starts leaves none behind."""
    running = listen(echo, LOOPBACK, 0, THREADS)
    assert running.stop()
    running.serve()


def test_too_few_threads_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that cannot have all of its threads has no port, and keeps none of them."""
    start, before = Thread.start, threading.active_count()

    def few(thread: Thread) -> None:
        if threading.active_count() > before + 2:
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(Thread, "start", few)
    with socket.create_server((LOOPBACK, 0)) as listener:
        with pytest.raises(RuntimeError, match="can't start"):
            Server(echo, listener, THREADS)
        assert listener.fileno() == -1
    assert threading.active_count() == before
