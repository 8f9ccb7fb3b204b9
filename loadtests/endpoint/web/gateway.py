"""A whole request to a WSGI application, and a whole answer back."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from email.utils import formatdate
from http import HTTPStatus
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote_to_bytes

from loadtests.endpoint.web.connection import Answer, Refusal, Request

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

_QUOTED_SLASH = re.compile(b"%2F", re.IGNORECASE)
_NO_LENGTH = ("1", "204", "304")


class Ends(NamedTuple):
    """Both ends of a connection: the server's address and port, and the client's address."""

    host: str
    port: int
    client: str


def answer_to(application: WSGIApplication, request: Request, ends: Ends) -> Answer:
    """What the application answers. Raises Refusal for a target that is no path, and what the application raises."""
    begun: dict[str, Any] = {}
    written: list[bytes] = []

    def start_response(status: str, headers: list[tuple[str, str]], _error: Any = None) -> Any:
        begun.update(status=status, headers=headers)
        return written.append

    written += _all(application(environ_of(request, ends), start_response))
    body = b"".join(written)
    return Answer(begun["status"], _completed(begun["status"], begun["headers"], body), body)


def environ_of(request: Request, ends: Ends) -> WSGIEnvironment:
    """What WSGI lets an application know of a request. Raises Refusal for a target that is no path."""
    target = request.head.target
    if not target.startswith(b"/"):
        raise Refusal(HTTPStatus.BAD_REQUEST, "the target of a request must be a path, which begins with /")
    path, _, query = target.partition(b"?")
    return {
        **_headers(request),
        "CONTENT_LENGTH": str(len(request.body)),
        "PATH_INFO": _unquoted(path),
        "QUERY_STRING": query.decode("latin-1"),
        "REMOTE_ADDR": ends.client,
        "REQUEST_METHOD": request.head.method.decode(),
        "REQUEST_URI": target.decode("latin-1"),
        "SCRIPT_NAME": "",
        "SERVER_NAME": ends.host,
        "SERVER_PORT": str(ends.port),
        "SERVER_PROTOCOL": f"HTTP/{request.head.http_version.decode()}",
        "wsgi.errors": sys.stderr,
        "wsgi.input": BytesIO(request.body),
        "wsgi.input_terminated": True,
        "wsgi.multiprocess": False,
        "wsgi.multithread": True,
        "wsgi.run_once": False,
        "wsgi.url_scheme": "http",
        "wsgi.version": (1, 0),
    }


def _headers(request: Request) -> dict[str, str]:
    """A header that comes several times is one, with commas; what says how the body came is of no use any more."""
    headers: dict[str, str] = {}
    for name, value in request.head.headers:
        key = f"HTTP_{name.decode().upper().replace('-', '_')}"
        headers[key] = f"{headers[key]}, {value.decode('latin-1')}" if key in headers else value.decode("latin-1")
    headers.pop("HTTP_TRANSFER_ENCODING", None)
    headers.pop("HTTP_CONTENT_LENGTH", None)
    return {"CONTENT_TYPE": headers.pop("HTTP_CONTENT_TYPE", ""), **headers}


def _unquoted(path: bytes) -> str:
    """A quoted slash stays as it is: it is none that separates parts of the path."""
    return b"%2F".join(map(unquote_to_bytes, _QUOTED_SLASH.split(path))).decode("latin-1")


def _all(parts: Iterable[bytes]) -> list[bytes]:
    try:
        return list(parts)
    finally:
        if hasattr(parts, "close"):
            parts.close()


def _completed(status: str, headers: list[tuple[str, str]], body: bytes) -> list[tuple[str, str]]:
    """An answer also says when it was given, which SDKs compare with their clocks, and how long it is."""
    given = {name.lower() for name, _ in headers}
    more = {"Date": formatdate(usegmt=True)}
    if not status.startswith(_NO_LENGTH):
        more["Content-Length"] = str(len(body))
    return [*headers, *((name, value) for name, value in more.items() if name.lower() not in given)]
