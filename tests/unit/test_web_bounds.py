"""What the HTTP server under the local AWS bounds, so that no client keeps the others from theirs."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, suppress
from threading import Barrier, Event, Lock, Thread
from typing import TYPE_CHECKING, Any

import pytest

from loadtests.endpoint.web import connection, server
from loadtests.endpoint.web.server import Server
from loadtests.endpoint.web.turns import Busy, Turns
from loadtests.endpoint.web.waiting import waiting
from tests.unit.web_server import HEAD, PATIENCE_S, THREADS, ask, echo, opened, said, serving

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

SILENT = 100


def test_silence_keeps_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """With more clients than threads that say nothing, or stop in a head or in a body, the next is answered.

    Nobody's patience has ended by then.
    """
    for patience in ("IDLE_S", "HALF_SENT_S"):
        monkeypatch.setattr(connection, patience, 2 * PATIENCE_S)
    with serving(echo) as running, ExitStack() as clients:
        for begun in (b"", HEAD + b"X-Half: ", HEAD + b"Content-Length: 100000\r\n\r\nhalf of it"):
            for _ in range(SILENT):
                client = clients.enter_context(socket.create_connection(running.bind_addr, PATIENCE_S))
                client.sendall(begun)
        assert ask(running, b"next") == (200, b"next")


def await_handed_out(running: Server) -> None:
    """Return when there is something for the next thread that is free."""
    until_s = time.monotonic() + PATIENCE_S
    while running._ready.empty() and time.monotonic() < until_s:
        Event().wait(0.001)


def test_requests_sent_ahead_let_others_pass() -> None:
    """A client that sends many at once is answered one, then it is the turn of another that has come meanwhile."""
    answered: list[str] = []

    def note(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not answered:
            opened(running, clients, b"GET /other HTTP/1.1\r\nHost: localhost\r\n\r\n")
            await_handed_out(running)
        answered.append(environ["PATH_INFO"])
        start_response("200 OK", [])
        return []

    with ExitStack() as clients, serving(note, threads=1) as running:
        ahead = said(running, 5 * b"GET /ahead HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert ahead.count(b"HTTP/1.1 200 OK") == 5
    assert answered == ["/ahead", "/other", *["/ahead"] * 4]


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


def test_requests_sent_ahead_are_not_waited_for_in_the_end() -> None:
    """A server that is stopped in the midst of them ends with the answer that it is at, and closes the connection."""
    begun = Event()

    def end(_environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        begun.set()
        await_handed_out(running)  # that it is to end
        start_response("200 OK", [])
        return []

    with ExitStack() as clients:
        with serving(end, threads=1) as running:
            client = opened(running, clients, 5 * b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert begun.wait(PATIENCE_S)
        assert b"".join(iter(lambda: client.recv(65536), b"")).count(b"HTTP/1.1 200 OK") == 1


def test_turns_keep_no_thread_from_others() -> None:
    """More requests than threads: one has its turn, two wait, one is told that it may not, and others are answered."""
    turns, go_on, now, most = Turns(2), Event(), 0, 0

    def take_turns(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        nonlocal now, most
        start_response("200 OK", [])
        if environ["wsgi.input"].read() == b"other":
            return [b"at once"]
        try:
            with turns.turn():
                now += 1
                most = max(most, now)
                go_on.wait(PATIENCE_S)
                now -= 1
                return [b"done"]
        except Busy:
            return [b"busy"]

    with serving(take_turns, threads=2) as running, ThreadPoolExecutor(4) as clients:
        answers = as_completed(clients.submit(ask, running, b"") for _ in range(4))
        assert next(answers).result() == (200, b"busy")
        assert ask(running, b"other") == (200, b"at once")
        go_on.set()
        assert [answer.result() for answer in answers] == [(200, b"done")] * 3
    assert most == 1


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


def test_an_answer_that_is_not_read_keeps_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """More of them than there are threads leave the next request its answer, which is whole."""
    monkeypatch.setattr(connection, "HALF_SENT_S", 2 * PATIENCE_S)
    with serving(large_answer) as running, ExitStack() as clients:
        for _ in range(2 * THREADS):
            opened(running, clients, 4 * (HEAD + b"Content-Length: 0\r\n\r\n"))
        assert len(ask(running, b"")[1]) == 8_000_000


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
