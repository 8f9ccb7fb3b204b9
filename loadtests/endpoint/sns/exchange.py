"""One message to one webhook over HTTP, and its answer, all within the time that SNS gives it."""

from __future__ import annotations

import ssl
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from socket import SHUT_RDWR
from threading import Event, Timer
from typing import NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

from loadtests.endpoint.sns.delivery_policies import Delivery

ANSWER_S = 15.0  # that SNS waits for a webhook
MOST_CHARACTERS = 2048  # of an address


def _forgotten(_why: object) -> None:
    pass


class Post(NamedTuple):
    """What a webhook is to be told, and what becomes of it if it does not take it: again, and again, then `bury`."""

    url: str
    text: bytes
    headers: Mapping[str, str]
    bury: Callable[[object], None] = _forgotten
    again_after_s: tuple[float, ...] = Delivery().again_after_s


class Unanswered(Exception):
    """The webhook could not be reached, or has not answered in time."""


def is_address(url: str, scheme: str) -> bool:
    """Whether SNS could tell this address anything: one of ASCII, with a host, and a port that can be."""
    if len(url) > MOST_CHARACTERS or not all("!" <= letter <= "~" for letter in url):
        return False
    try:
        parts = urlsplit(url)
        (parts.hostname or "").encode("idna")  # a label has 1 to 63 letters
        return parts.scheme == scheme and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def without_password(url: str) -> str:
    """An address as it may be shown."""
    parts = urlsplit(url)
    if parts.password is None:
        return url
    return urlunsplit(parts._replace(netloc=f"{parts.username}:****@{parts.netloc.rpartition('@')[2]}"))


def answered(post: Post) -> int:
    """The status of the webhook's answer, which is all that counts of it. Raises Unanswered.

    A name and a password in the address are given to a webhook that asks for them. No redirection is followed.
    """
    parts = urlsplit(post.url)
    status = _asked(parts, post.text, post.headers)
    if status == HTTPStatus.UNAUTHORIZED and parts.username is not None:
        return _asked(parts, post.text, {**post.headers, "Authorization": _basic(parts)})
    return status


def _asked(parts: SplitResult, text: bytes, headers: Mapping[str, str]) -> int:
    connection = _connection(parts)
    try:
        connection.connect()
        with _deadline(connection):
            path = urlunsplit(("", "", parts.path or "/", parts.query, ""))
            connection.request("POST", path, text, dict(headers))
            return connection.getresponse().status
    except (OSError, HTTPException, ValueError) as error:
        raise Unanswered(f"{type(error).__name__}: {error}") from error
    finally:
        connection.close()


def _connection(parts: SplitResult) -> HTTPConnection:
    host = parts.hostname or ""
    if parts.scheme == "https":
        return HTTPSConnection(host, parts.port, timeout=ANSWER_S, context=_trusting())
    return HTTPConnection(host, parts.port, timeout=ANSWER_S)


@cache
def _trusting() -> ssl.SSLContext:
    """SNS, too, speaks with no webhook whose certificate no authority has signed."""
    return ssl.create_default_context()


@contextmanager
def _deadline(connection: HTTPConnection) -> Iterator[None]:
    """Cuts a connection off that is not done in time: a time-out of the socket begins anew with each byte.

    Raises TimeoutError, since what had come by then may look like an answer.
    """
    is_over = Event()
    timer = Timer(ANSWER_S, _cut, (connection, is_over))
    timer.daemon = True
    timer.start()
    try:
        yield
        if is_over.is_set():
            raise TimeoutError(f"no answer within {ANSWER_S:g} s")
    finally:
        timer.cancel()


def _cut(connection: HTTPConnection, is_over: Event) -> None:
    is_over.set()
    with suppress(OSError, AttributeError):  # it may be closed by now
        connection.sock.shutdown(SHUT_RDWR)


def _basic(parts: SplitResult) -> str:
    who = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
    return f"Basic {b64encode(who.encode()).decode()}"
