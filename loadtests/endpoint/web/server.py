"""A WSGI server: a selector has all connections at which nothing happens, and threads have the whole requests."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue
from selectors import EVENT_READ, EVENT_WRITE, DefaultSelector
from threading import Lock, Thread, current_thread
from time import monotonic
from typing import TYPE_CHECKING

from loadtests.endpoint.web.connection import (
    BODY_MOST_BYTES,
    Answer,
    Connection,
    Gone,
    InLine,
    Refusal,
    Request,
)
from loadtests.endpoint.web.gateway import Ends, answer_to
from loadtests.endpoint.web.memory import Memory
from loadtests.endpoint.web.waiting import work_for

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

MOST_PARKED = 800  # connections at which nothing happens: beyond, the one that is silent longest makes room
MOST_IN_LINE = 200  # of large requests that wait for memory: beyond, the one that waits longest is told to try again
MOST_BYTES = 2 * BODY_MOST_BYTES  # of large requests at once
MOST_UNREAD_BYTES = 2 * BODY_MOST_BYTES  # of answers: beyond, the clients that have not read them for longest are left
MOST_WAITING = 1000  # requests in long polls: one that is beyond keeps its thread
LOOK_EVERY_S = 1.0  # for connections that are silent for too long
STOP_PATIENCE_S = 2.0

_WRONG = Answer("500 Internal Server Error", [("Content-Length", "0")], b"")


class Server:
    """Answers on a socket that listens already. Each request holds a thread from when it is whole until its answer.

    While one waits, as `waiting` says, another thread takes its place.

    Raises RuntimeError where the system gives it no thread.
    """

    def __init__(self, application: WSGIApplication, listener: socket.socket, threads: int) -> None:
        self.bind_addr: tuple[str, int] = listener.getsockname()[:2]
        self._application, self._listener = application, listener
        self._memory, self._selector = Memory[Connection](MOST_BYTES), DefaultSelector()
        self._parked: dict[Connection, None] = {}  # the one that is silent longest comes first
        self._lock, self._serving, self._is_over = Lock(), Lock(), False  # the first lock is of what is parked
        self._ready: SimpleQueue[Connection | None] = SimpleQueue()
        self._woken, self._waker = socket.socketpair()
        listener.setblocking(False)
        self._selector.register(listener, EVENT_READ)
        self._selector.register(self._woken, EVENT_READ)
        self._threads, self._most_threads = list[Thread](), threads + MOST_WAITING
        try:
            for _ in range(threads):
                self._start_thread()
        except RuntimeError:
            self.stop()  # what the threads had is needed to say so
            raise

    def serve(self) -> None:
        """Hand out connections at which something happens, until `stop` is called."""
        looked_s = monotonic()
        with self._serving:
            while not self._is_over and self._hand_out_ready():
                if (now_s := monotonic()) > looked_s + LOOK_EVERY_S:
                    looked_s = now_s
                    self._close_late(now_s)

    def stop(self, patience_s: float = STOP_PATIENCE_S) -> bool:
        """Take no more requests; whether those that are there have all been answered soon after."""
        self._is_over = True
        self._waker.send(b"stop")
        with self._serving:
            for _ in list(self._threads):
                self._ready.put(None)
        until_s = monotonic() + patience_s
        for thread in (threads := list(self._threads)):
            thread.join(max(0.0, until_s - monotonic()))
        self._make_room(0)
        self._close_ready()
        for one in (self._selector, self._listener, self._woken, self._waker):
            one.close()
        return not any(thread.is_alive() for thread in threads)

    def _close_ready(self) -> None:
        """Those whose next request would have been answered."""
        with suppress(Empty):
            while True:
                if (connection := self._ready.get_nowait()) is not None:
                    self._close(connection)

    def _start_thread(self) -> None:
        thread = Thread(target=self._work, daemon=True)
        self._threads.append(thread)
        try:
            thread.start()
        except RuntimeError:
            self._threads.remove(thread)
            raise

    @contextmanager
    def _substitute(self) -> Iterator[None]:
        """Another thread, if there can be one; in the end there is one too many, which ends."""
        is_there = self._has_started_another()
        try:
            yield
        finally:
            if is_there:
                self._ready.put(None)

    def _has_started_another(self) -> bool:
        if self._is_over or len(self._threads) >= self._most_threads:
            return False
        try:
            self._start_thread()
        except RuntimeError:
            return False
        return True

    def _hand_out_ready(self) -> bool:
        """Whether to go on."""
        for key, _ in self._selector.select(LOOK_EVERY_S):
            if key.fileobj is self._woken:
                return False
            if key.fileobj is self._listener:
                self._accept()
            elif self._unpark(key.data):
                self._ready.put(key.data)
        return True

    def _accept(self) -> None:
        """Take all clients that have come; where the system has no room for one more, one that is silent makes some."""
        try:
            while True:
                its_socket, address = self._listener.accept()
                self._park(Connection(its_socket, address[0], self._memory))
                self._make_room(MOST_PARKED)
                self._shorten_line(monotonic())
        except BlockingIOError:
            pass
        except OSError:
            self._make_room(max(0, len(self._parked) - 1))

    def _make_room(self, most: int) -> None:
        while len(self._parked) > most:
            with self._lock:
                silent = next(iter(self._parked))
            self._drop(silent)

    def _close_late(self, now_s: float) -> None:
        with self._lock:
            parked = list(self._parked)
        late = [connection for connection in parked if connection.is_late(now_s)]
        for connection in (*late, *_surplus(parked)):
            self._drop(connection)
        self._shorten_line(now_s)

    def _shorten_line(self, now_s: float) -> None:
        """Those that have waited for memory for too long ask once more, and are refused."""
        line = self._memory.in_line()
        surplus = max(0, len(line) - MOST_IN_LINE)
        for number, connection in enumerate(line):
            if (number < surplus or connection.has_waited(now_s)) and self._memory.leave(connection):
                connection.give_up()
                self._ready.put(connection)

    def _drop(self, connection: Connection) -> None:
        if self._unpark(connection):
            self._close(connection)

    def _park(self, connection: Connection) -> None:
        """From here on it may be handed out at once, so that the caller has it no more."""
        with self._lock:
            self._parked[connection] = None
            event = EVENT_WRITE if connection.unsent_bytes else EVENT_READ
            self._selector.register(connection.socket, event, connection)

    def _unpark(self, connection: Connection) -> bool:
        """Whether it was parked: one that speaks may have made room in the same moment.

        Only the selector's own thread does this, so that no connection is handed out twice.
        """
        with self._lock:
            if connection not in self._parked:
                return False
            del self._parked[connection]
            self._selector.unregister(connection.socket)
            return True

    def _work(self) -> None:
        work_for(self._substitute)
        while (connection := self._ready.get()) is not None:
            try:
                self._attend(connection)
            except Exception:
                logging.exception("a connection of the local AWS failed")
                self._close(connection)
        self._threads.remove(current_thread())

    def _attend(self, connection: Connection) -> None:
        """Answer one request; then it is the others' turn, and this connection is behind them, parked, or closed."""
        try:
            if (request := connection.next_request()) is not None:
                self._answer(connection, request)
        except InLine:
            return
        except Refusal as refusal:
            self._refuse(connection, refusal)
        except (Gone, OSError):
            self._close(connection)
        else:
            self._go_on(connection, request is not None)

    def _go_on(self, connection: Connection, is_answered: bool) -> None:
        if is_answered and connection.is_over:
            self._close(connection)
        elif is_answered and connection.has_more:
            self._ready.put(connection)
        else:
            self._park(connection)

    def _answer(self, connection: Connection, request: Request) -> None:
        """Raises ConnectionError where the application wants no answer."""
        ends = Ends(*self.bind_addr, connection.client)
        try:
            answer = answer_to(self._application, request, ends)
        except (Refusal, ConnectionError):
            raise
        except Exception:
            logging.exception("a request to the local AWS failed: %s", request.head.target[:200])
            answer = _WRONG
        self._pass_on(connection)
        connection.answer(answer)

    def _refuse(self, connection: Connection, refusal: Refusal) -> None:
        self._pass_on(connection)
        try:
            connection.refuse(refusal)
        except (Gone, OSError):
            self._close(connection)
        else:
            self._park(connection)

    def _close(self, connection: Connection) -> None:
        connection.close()
        self._pass_on(connection)

    def _pass_on(self, connection: Connection) -> None:
        """Let those who wait for memory have what this connection had."""
        for waiting in connection.give_back():
            self._ready.put(waiting)


def _surplus(parked: list[Connection]) -> list[Connection]:
    """The connections, longest silent first, without whose unread answers the others' are few enough."""
    too_much = sum(connection.unsent_bytes for connection in parked) - MOST_UNREAD_BYTES
    surplus: list[Connection] = []
    for connection in parked:
        if too_much > 0 and connection.unsent_bytes:
            surplus.append(connection)
            too_much -= connection.unsent_bytes
    return surplus
