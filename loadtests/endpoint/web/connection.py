"""One client's connection: bytes in, whole requests out, answers back. It never waits for its client to go on."""

from __future__ import annotations

import re
import socket
from contextlib import suppress
from http import HTTPStatus
from time import monotonic
from typing import NamedTuple

import h11

from loadtests.endpoint.web.memory import Memory

HEAD_MOST_BYTES = 16 * 1024  # AWS refuses larger ones: "ShutdownReason=reqHdrTooBig", says its support, 2018
BODY_MOST_BYTES = 64 * 1024 * 1024  # the 40 MB of a mail in base64, and what stands around it
SMALL_BYTES = 64 * 1024  # of a body for which no memory has to be free
READ_BYTES = 64 * 1024
LEAST_BYTES_PER_S = 20_000  # of a large body, for whose memory others may wait, and of an answer
IN_LINE_S = 60.0  # that a large body waits for memory
IDLE_S, HALF_SENT_S = 60.0, 10.0  # a connection between requests, and one in the middle of one, as at SES's SMTP side

_CONTROLS = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_NO_BODY = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)


class Request(NamedTuple):
    """A whole request."""

    head: h11.Request
    body: bytes


class Answer(NamedTuple):
    """What goes back; `status` is a line such as "200 OK"."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes


class Gone(Exception):
    """There is nothing more to be had from this connection."""


class InLine(Exception):
    """There is no memory for the request; the server hands the connection out again when there may be."""


class Refusal(Exception):
    """A request that is none, or is too large; after its answer nothing is taken from the connection any more."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        body = f"{sentence}\n".encode(errors="replace")
        headers = {"Content-Type": "text/plain; charset=utf-8", "Content-Length": str(len(body)), "Connection": "close"}
        self.answer = Answer(f"{status} {HTTPStatus(status).phrase}", [*headers.items()], body)


class Connection:
    """What one client has sent and has not been answered yet; one thread at a time has it."""

    def __init__(self, its_socket: socket.socket, client: str, memory: Memory[Connection]) -> None:
        its_socket.setblocking(False)
        its_socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket, self.client, self._memory = its_socket, client, memory
        self._lent_bytes = self._wanted_bytes = 0
        self._lent_since_s = self._wanted_since_s = self._answered_s = 0.0
        self._heard_s, self._patience_s = monotonic(), IDLE_S
        self._is_refused = self._is_last = False
        self._unsent, self._answer_bytes = memoryview(b""), 0
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=HEAD_MOST_BYTES)
        self._head: h11.Request | None = None
        self._body = bytearray()

    def next_request(self) -> Request | None:
        """The next request, as soon as all of it is there and all answers are sent, and None before.

        Raises Refusal, InLine, or Gone.
        """
        if not self._flush():
            return None
        if self._is_refused:
            self._received()  # and forgotten
            return None
        if self._is_last:
            raise Gone
        try:
            self._borrow()
            while not isinstance(event := self._http.next_event(), h11.EndOfMessage):
                if not self._take(event):
                    return None
                self._borrow()
        except h11.RemoteProtocolError as error:
            status = error.error_status_hint if error.error_status_hint < 500 else HTTPStatus.BAD_REQUEST
            raise Refusal(status, f"this is no HTTP request: {error}") from error
        return self._whole()

    @property
    def unsent_bytes(self) -> int:
        """Of answers of which the client has yet to read some."""
        return self._answer_bytes if self._unsent else 0

    @property
    def has_more(self) -> bool:
        """Whether the client has sent something ahead of the last answer."""
        return bool(self._http.trailing_data[0])

    @property
    def is_over(self) -> bool:
        """Whether the last answer has been sent."""
        return self._is_last and not self._unsent

    def answer(self, answer: Answer) -> None:
        """Send what the client takes at once; the rest, and another request, follow when it has read that."""
        status, _, reason = answer.status.partition(" ")
        headers = [(name.encode("latin-1"), _sendable(value)) for name, value in answer.headers]
        response = h11.Response(status_code=int(status), reason=reason.encode("latin-1"), headers=headers)
        body = [h11.Data(data=answer.body)] if self._has_body(int(status)) and answer.body else []
        self._send(*(self._http.send(event) for event in (response, *body, h11.EndOfMessage())))
        if self._http.our_state is not h11.DONE or self._http.their_state is not h11.DONE:
            self._is_last = True
            return
        self._http.start_next_cycle()
        self._heard_s = monotonic()  # it is the client's turn from now on

    def refuse(self, refusal: Refusal) -> None:
        """Answer; what the client still sends is read and forgotten, for it would miss the answer otherwise."""
        self._is_refused, self._wanted_bytes = True, 0
        self._body.clear()
        self._heard_s, self._patience_s = monotonic(), HALF_SENT_S
        if self._http.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            self.answer(refusal.answer)
        self.socket.shutdown(socket.SHUT_WR)

    def is_late(self, now_s: float) -> bool:
        """Whether the client is silent for too long, or so slow with a large body or an answer that others wait."""
        if self._unsent:
            return now_s - self._answered_s > HALF_SENT_S + self._answer_bytes / LEAST_BYTES_PER_S
        return now_s - self._heard_s > self._patience_s or self._is_slow(now_s)

    def give_up(self) -> None:
        """It has left the line for memory, and is refused when it asks once more."""
        self._wanted_since_s = -IN_LINE_S

    def has_waited(self, now_s: float) -> bool:
        """Whether it has stood in line for memory for too long."""
        return now_s - self._wanted_since_s > IN_LINE_S

    def _is_slow(self, now_s: float) -> bool:
        due_s = HALF_SENT_S + len(self._body) / LEAST_BYTES_PER_S
        return self._lent_bytes > 0 and now_s - self._lent_since_s > due_s

    def give_back(self) -> list[Connection]:
        """The memory of a request that is over; the connections that have waited for some may go on."""
        lent_bytes, self._lent_bytes = self._lent_bytes, 0
        return self._memory.take_back(lent_bytes, self) if lent_bytes else []

    def close(self) -> None:
        """Nothing that is left to do for this client is done."""
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()

    def _take(self, event: object) -> bool:
        """Whether to go on with the next event: it may have to come yet."""
        if event is h11.NEED_DATA:
            return self._read()
        if isinstance(event, h11.Request):
            self._begin(event)
        elif isinstance(event, h11.Data):
            self._add(event.data)
        else:
            raise Gone
        return True

    def _read(self) -> bool:
        data = self._received()
        if data is None:
            return False
        self._heard_s, self._patience_s = monotonic(), HALF_SENT_S
        self._http.receive_data(data)
        return True

    def _received(self) -> bytes | None:
        """What has come by now, None if it is nothing; raises Gone if nothing will come any more."""
        try:
            data = self.socket.recv(READ_BYTES)
        except BlockingIOError:
            return None
        except OSError as error:
            raise Gone from error
        if not data:
            raise Gone
        return data

    def _begin(self, head: h11.Request) -> None:
        self._head, length = head, _length(head)
        if not head.http_version.startswith(b"1."):
            raise Refusal(HTTPStatus.HTTP_VERSION_NOT_SUPPORTED, "the version of HTTP must be 1.1")
        if sum(len(name) + len(value) for name, value in head.headers) + len(head.target) > HEAD_MOST_BYTES:
            raise Refusal(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, f"the head has more than {HEAD_MOST_BYTES} bytes")
        if length > BODY_MOST_BYTES:
            raise _too_large()
        if length > SMALL_BYTES:
            self._want(length)
        else:
            self._ask_for_more()

    def _add(self, data: bytes) -> None:
        self._body += data
        if len(self._body) > BODY_MOST_BYTES:
            raise _too_large()
        if len(self._body) > max(SMALL_BYTES, self._lent_bytes):  # in chunks: it does not say how long it will be
            self._want(min(2 * len(self._body), BODY_MOST_BYTES) - self._lent_bytes)

    def _want(self, length: int) -> None:
        self._wanted_bytes, self._wanted_since_s = length, monotonic()

    def _borrow(self) -> None:
        """Memory for a large body. A connection in line may be handed out at once: no line below touches it then."""
        if not (wanted_bytes := self._wanted_bytes):
            return
        if self.has_waited(monotonic()):
            raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "too many large requests at once; try again later")
        lend = self._memory.lend_more if self._body else self._memory.lend
        if not lend(wanted_bytes, self):
            raise InLine
        self._lent_bytes, self._wanted_bytes = self._lent_bytes + wanted_bytes, 0
        self._lent_since_s = self._heard_s = monotonic()
        self._ask_for_more()

    def _ask_for_more(self) -> None:
        if self._http.they_are_waiting_for_100_continue:
            self._send(self._http.send(h11.InformationalResponse(status_code=100, headers=[])))

    def _whole(self) -> Request:
        assert self._head is not None
        request = Request(self._head, bytes(self._body))
        self._body.clear()
        self._patience_s = IDLE_S
        return request

    def _has_body(self, status: int) -> bool:
        return status not in _NO_BODY and (self._head is None or self._head.method != b"HEAD")

    def _send(self, *parts: bytes | None) -> None:
        self._unsent = memoryview(b"".join((bytes(self._unsent), *filter(None, parts))))
        self._answered_s, self._answer_bytes = monotonic(), len(self._unsent)
        self._flush()

    def _flush(self) -> bool:
        """Whether nothing is left to send; no client is waited for."""
        try:
            while self._unsent:
                self._unsent = self._unsent[self.socket.send(self._unsent) :]
        except BlockingIOError:
            return False
        except OSError as error:
            raise Gone from error
        self._unsent = memoryview(b"")  # even an empty view of the answer would keep it
        return True


def _sendable(value: str) -> bytes:
    """A header's value, which may be what a client has asked for, without what no header can hold."""
    return _CONTROLS.sub(b"?", value.encode("latin-1", "replace"))


def _length(head: h11.Request) -> int:
    """As announced; h11 has seen to it that it is a number."""
    return next((int(value) for name, value in head.headers if name == b"content-length"), 0)


def _too_large() -> Refusal:
    """In the words of AWS's own front end."""
    return Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"HTTP content length exceeded {BODY_MOST_BYTES} bytes.")
