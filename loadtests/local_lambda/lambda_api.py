"""The HTTP side of a local Lambda: the Runtime API, at which environments wait for work, and asynchronous Invoke.

One server for all: an environment's name is the first part of its Runtime API's path.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Any, NamedTuple, Self
from uuid import uuid4

from loadtests.ports.local import LOOPBACK
from scenarios import web_pages
from scenarios.errors import FunctionError

ARN = "arn:aws:lambda:us-east-1:123456789012:function:seslab"


class Invocation(NamedTuple):
    """One invocation on its way to an environment."""

    number: str
    payload: bytes
    deadline_unix_s: float


class Post:
    """What an environment is to do, and its answer to what it does."""

    def __init__(self) -> None:
        self.requests: SimpleQueue[Invocation | None] = SimpleQueue()
        self.answer: Future[Any] = Future()

    def hand_in(self, event: Any, timeout_s: float) -> Future[Any]:
        """An answer, or a `FunctionError`, will come."""
        self.answer = Future()
        self.requests.put(Invocation(str(uuid4()), json.dumps(event).encode(), time.time() + timeout_s))
        return self.answer

    def close(self) -> None:
        """Let go of the thread that waits for a request on behalf of a process that is gone."""
        self.requests.put(None)

    def fail(self, why: str) -> None:
        """A thread that waits for an answer gets an error; if none does, nothing happens."""
        if not self.answer.done():
            with suppress(Exception):  # answered in between
                self.answer.set_exception(FunctionError(why))


class Api(ThreadingHTTPServer):
    """Serves from `with` on. `accept` is called with a function's name and event, and has kept it when it returns."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, accept: Callable[[str, Any], None]) -> None:
        super().__init__((LOOPBACK, 0), _Handler)
        self.accept = accept
        self.posts: dict[str, Post] = {}
        self._thread = Thread(target=self.serve_forever, args=(0.05,), daemon=True)

    @property
    def address(self) -> str:
        return f"{LOOPBACK}:{self.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None = None, error: BaseException | None = None,
        trace: TracebackType | None = None, /,
    ) -> None:  # fmt: skip
        self.shutdown()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """An environment that is killed breaks its connection: nothing to report."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Api

    def parse_request(self) -> bool:
        """Web pages are refused, whatever they ask for."""
        if not super().parse_request():
            return False
        sentence = web_pages.refusal({name.lower(): value for name, value in self.headers.items()})
        if sentence is not None:
            self.send_error(HTTPStatus.FORBIDDEN, sentence)
        return sentence is None

    def do_GET(self) -> None:
        """GET /ENVIRONMENT/2018-06-01/runtime/invocation/next."""
        request = self.server.posts[self.path.split("/")[1]].requests.get()
        if request is None:
            self.close_connection = True
            return
        headers = {
            "Lambda-Runtime-Aws-Request-Id": request.number,
            "Lambda-Runtime-Deadline-Ms": str(int(request.deadline_unix_s * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": ARN,
        }
        self._answer(HTTPStatus.OK, request.payload, headers)

    def do_POST(self) -> None:
        """An environment's answer or error, or an Invoke."""
        parts, body = self.path.split("/"), self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if parts[2] == "functions":  # /2015-03-31/functions/NAME/invocations
            self.server.accept(parts[3], json.loads(body))
        elif parts[-1] == "response":  # /ENVIRONMENT/2018-06-01/runtime/invocation/NUMBER/response
            self._settle(parts[1], body)
        else:
            self.server.posts[parts[1]].fail(body.decode(errors="replace"))
        self._answer(HTTPStatus.ACCEPTED, b"", {})

    def _settle(self, environment: str, body: bytes) -> None:
        answer = self.server.posts[environment].answer
        if not answer.done():
            answer.set_result(json.loads(body))

    def _answer(self, status: HTTPStatus, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Type": "application/json", "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Quiet."""
