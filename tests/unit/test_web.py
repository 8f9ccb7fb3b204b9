"""The HTTP server under the local AWS, against clients that do as they like: raw bytes, silence and floods."""

from __future__ import annotations

import logging
import select
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from http.client import HTTPConnection
from threading import Barrier, Event, Lock, Thread
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadtests.endpoint.refusals import Dropped
from loadtests.endpoint.web import connection, server
from loadtests.endpoint.web.listening import listen
from loadtests.endpoint.web.server import Server
from loadtests.endpoint.web.waiting import waiting
from loadtests.ports.local import LOOPBACK

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

THREADS, SILENT = 4, 100
PATIENCE_S = 10.0
HEAD = b"POST / HTTP/1.1\r\nHost: localhost\r\n"


def echo(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Says what it has been told, and hangs up on a DELETE."""
    if environ["REQUEST_METHOD"] == "DELETE":
        raise Dropped
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [environ["wsgi.input"].read()]


@contextmanager
def serving(application: WSGIApplication) -> Iterator[Server]:
    """With fewer threads than clients."""
    running = listen(application, LOOPBACK, 0, THREADS)
    thread = Thread(target=running.serve)
    thread.start()
    try:
        yield running
    finally:
        assert running.stop()
        thread.join()


@pytest.fixture(scope="module")
def echoing() -> Iterator[Server]:
    """One for many examples."""
    with serving(echo) as running:
        yield running


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


def test_silence_keeps_no_thread() -> None:
    """With more clients than threads that say nothing, or stop in a head or in a body, the next is answered at once."""
    with serving(echo) as running, ExitStack() as clients:
        for begun in (b"", HEAD + b"X-Half: ", HEAD + b"Content-Length: 100000\r\n\r\nhalf of it"):
            for _ in range(SILENT):
                client = clients.enter_context(socket.create_connection(running.bind_addr, PATIENCE_S))
                client.sendall(begun)
        began_s = time.perf_counter()
        assert ask(running, b"next") == (200, b"next")
        assert time.perf_counter() - began_s < 1.0


def test_a_wait_keeps_no_thread_from_others() -> None:
    """Three times as many requests as there are threads wait for each other, and then again."""
    all_there = Barrier(3 * THREADS)

    def meet(_environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with waiting():
            all_there.wait(PATIENCE_S)
        start_response("200 OK", [])
        return [b"met"]

    with serving(meet) as running:
        for _ in range(2):
            with ThreadPoolExecutor(3 * THREADS) as clients:
                answers = [clients.submit(ask, running, b"") for _ in range(3 * THREADS)]
                assert [answer.result() for answer in answers] == [(200, b"met")] * 3 * THREADS


def test_the_longest_silence_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """There are never more idle connections than the server wants to have, and a new one always finds a place."""
    monkeypatch.setattr(server, "MOST_PARKED", 3)
    with serving(echo) as running, ExitStack() as clients:
        silent = [clients.enter_context(socket.create_connection(running.bind_addr, PATIENCE_S)) for _ in range(9)]
        assert ask(running, b"next") == (200, b"next")
        assert [client.recv(1) for client in silent[:6]] == [b""] * 6


def test_a_connection_that_makes_room_may_just_have_spoken(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server learns of a new client and of what another has said at once; that one goes, and the server goes on."""
    monkeypatch.setattr(server, "MOST_PARKED", 1)
    monkeypatch.setattr(server, "LOOK_EVERY_S", 0.01)
    waiting, go_on = Event(), Event()

    def wait(*_: object) -> None:
        waiting.set()
        go_on.wait(PATIENCE_S)

    with serving(echo) as running, ExitStack() as clients:
        first = clients.enter_context(socket.create_connection(running.bind_addr, PATIENCE_S))
        first.sendall(HEAD + b"Content-Length: 0\r\n\r\n")
        assert first.recv(65536).startswith(b"HTTP/1.1 200")
        monkeypatch.setattr(Server, "_close_late", wait)
        assert waiting.wait(PATIENCE_S)
        second = clients.enter_context(socket.create_connection(running.bind_addr, PATIENCE_S))
        first.sendall(HEAD)
        go_on.set()
        assert first.recv(1) == b""
        second.sendall(HEAD + b"Content-Length: 0\r\n\r\n")
        assert second.recv(65536).startswith(b"HTTP/1.1 200")


def test_a_client_may_be_silent_for_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then it is forgotten, sooner in the middle of a request than between two."""
    monkeypatch.setattr(connection, "HALF_SENT_S", 0.0)
    monkeypatch.setattr(server, "LOOK_EVERY_S", 0.01)
    with serving(echo) as running, socket.create_connection(running.bind_addr, PATIENCE_S) as client:
        client.sendall(HEAD)
        assert client.recv(1) == b""


def test_a_large_body_must_come_at_some_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that says a little now and then is never silent, and would keep the memory that others wait for."""
    monkeypatch.setattr(connection, "LEAST_BYTES_PER_S", 1e12)
    monkeypatch.setattr(connection, "HALF_SENT_S", 0.2)
    monkeypatch.setattr(server, "LOOK_EVERY_S", 0.01)
    with serving(echo) as running, socket.create_connection(running.bind_addr, PATIENCE_S) as client:
        client.sendall(HEAD + b"Content-Length: 70000\r\n\r\n")
        said_often = Thread(target=_drip, args=(client,), daemon=True)
        said_often.start()
        with suppress(ConnectionResetError):  # where a byte was on its way
            assert client.recv(1) == b""
        said_often.join()


def _drip(client: socket.socket) -> None:
    """A byte now and then, until the other side has closed."""
    with suppress(OSError):
        while not Event().wait(0.05):
            client.sendall(b"x")


class Weighing:
    """An application that remembers how many bytes of large requests it had at the same time."""

    def __init__(self) -> None:
        self._lock, self.now, self.most, self.go = Lock(), 0, 0, Event()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        length = int(environ["CONTENT_LENGTH"])
        self._weigh(length)
        self.go.wait(PATIENCE_S)
        self._weigh(-length)
        start_response("200 OK", [])
        return [b""]

    def _weigh(self, length: int) -> None:
        with self._lock:
            self.now += length
            self.most = max(self.most, self.now)


def test_large_requests_share_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many come at once, in chunks or not, only as many bytes are there as the server wants to have."""
    monkeypatch.setattr(connection, "SMALL_BYTES", 100)
    monkeypatch.setattr(connection, "BODY_MOST_BYTES", 40_000)
    monkeypatch.setattr(server, "MOST_BYTES", 90_000)
    weighing = Weighing()
    with serving(weighing) as running, ThreadPoolExecutor(12) as clients:
        answers = [clients.submit(ask, running, b"x" * 30_000) for _ in range(8)]
        answers += [clients.submit(ask, running, [b"x" * 30_000]) for _ in range(4)]
        weighing.go.set()
        assert [answer.result() for answer in answers] == [(200, b"")] * 12
    assert 30_000 <= weighing.most <= 90_000 + 40_000  # one body in chunks at a time may go beyond


def opened(running: Server, clients: ExitStack, sent: bytes) -> socket.socket:
    """A client that says this, and nothing more."""
    client = clients.enter_context(socket.create_connection(running.bind_addr, PATIENCE_S))
    client.sendall(sent)
    return client


def test_what_waits_for_memory_is_told_to_try_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that have waited longest if there are too many, and all after a while."""
    for name, value in (("SMALL_BYTES", 100), ("BODY_MOST_BYTES", 40_000)):
        monkeypatch.setattr(connection, name, value)
    for name, bound in (("MOST_BYTES", 40_000), ("MOST_IN_LINE", 2), ("LOOK_EVERY_S", 0.01)):
        monkeypatch.setattr(server, name, bound)
    large = HEAD + b"Content-Length: 40000\r\n\r\n"
    with serving(echo) as running, ExitStack() as clients:
        waiting = [opened(running, clients, large) for _ in range(5)]  # one of which has the memory
        for in_line_s in (60.0, 0.0):
            monkeypatch.setattr(connection, "IN_LINE_S", in_line_s)
            for _ in range(2):
                told = select.select(waiting, [], [], PATIENCE_S)[0][0]
                assert told.recv(12) == b"HTTP/1.1 503"
                waiting.remove(told)


def test_a_body_in_chunks_takes_the_memory_that_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some that have hardly begun leave room for others."""
    monkeypatch.setattr(connection, "SMALL_BYTES", 100)
    monkeypatch.setattr(connection, "BODY_MOST_BYTES", 40_000)
    monkeypatch.setattr(connection, "HALF_SENT_S", 1e6)
    monkeypatch.setattr(server, "MOST_BYTES", 40_000)
    with serving(echo) as running, ExitStack() as clients:
        for _ in range(9):
            opened(running, clients, HEAD + b"Transfer-Encoding: chunked\r\n\r\n96\r\n" + b"x" * 150)
        assert ask(running, b"x" * 30_000)[0] == ask(running, [b"x" * 30_000])[0] == 200


def large_answer(_environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """More than a system takes at once for a client that does not read."""
    start_response("200 OK", [])
    return [b"x" * 8_000_000]


def test_an_answer_that_is_not_read_keeps_no_thread() -> None:
    """More of them than there are threads leave the next request its answer, which is whole."""
    with serving(large_answer) as running, ExitStack() as clients:
        for _ in range(2 * THREADS):
            opened(running, clients, 4 * (HEAD + b"Content-Length: 0\r\n\r\n"))
        began_s = time.perf_counter()
        assert len(ask(running, b"")[1]) == 8_000_000
        assert time.perf_counter() - began_s < 2.0


@pytest.mark.parametrize(("module", "bound"), [(server, "MOST_UNREAD_BYTES"), (connection, "HALF_SENT_S")])
def test_an_answer_that_is_not_read_is_forgotten(monkeypatch: pytest.MonkeyPatch, module: Any, bound: str) -> None:
    """If there are too many, or after a while: the client finds the rest of it missing."""
    closed, close = Event(), Server._close

    def note(running: Server, client: Any) -> None:
        close(running, client)
        closed.set()

    monkeypatch.setattr(Server, "_close", note)
    monkeypatch.setattr(server, "LOOK_EVERY_S", 0.01)
    monkeypatch.setattr(connection, "LEAST_BYTES_PER_S", 1e12)
    monkeypatch.setattr(module, bound, 0)
    with serving(large_answer) as running, ExitStack() as clients:
        client = opened(running, clients, HEAD + b"Content-Length: 0\r\n\r\n")
        assert closed.wait(PATIENCE_S)
        assert len(b"".join(iter(lambda: client.recv(65536), b""))) < 8_000_000


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
