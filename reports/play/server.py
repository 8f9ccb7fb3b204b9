"""What the page's server answers: the page, comparisons, and files that were dropped; nothing to any other site."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from threading import Event
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reports.play import question
from reports.play.answering import Answering
from reports.play.document import Document
from reports.play.dropped import taken
from reports.play.question import as_json
from reports.play.simulator import Over
from reports.play.trace_files import TraceFiles
from scenarios.errors import BadInput, RunFailed
from scenarios.formats.quoted import cut, printable
from scenarios.web_pages import ANSWERS_SAY, NOTHING, POLICY, is_of_browser, refusal

MOST_BYTES = 32 << 20
"""Of a request's body: half a million mails of a trace take 10 MB."""

BODY_PATIENCE_S = 30.0
TOLD_EVERY_S = 0.1
JSON, LINES, RAW = "application/json", "application/x-ndjson", "application/octet-stream"


class Refused(Exception):
    """An answer in one sentence."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass
class Told:
    """What a thread that simulates has come to, for the one that answers."""

    share: float | None = 0.0
    over: Event = field(default_factory=Event)

    def progress(self, share: float | None) -> None:
        self.share = None if share is None else round(share, 4)


class PlayServer:
    """The routes, as methods."""

    def __init__(self, page: Document, answering: Answering, files: TraceFiles) -> None:
        self._page, self._answering, self._files = page, answering, files

    def application(self) -> ASGIApp:
        """All routes behind the guard."""
        routes = [
            Route("/", self._shown, methods=["GET"]),
            Route("/compare", self._compared, methods=["POST"]),
            Route("/files", self._dropped, methods=["POST"]),
        ]
        app = Starlette(routes=routes, exception_handlers={HTTPException: _http, Refused: _refused})
        app.router.redirect_slashes = False
        return Guard(app)

    async def _shown(self, _request: Request) -> Response:
        return Response(self._page.html, media_type="text/html", headers={POLICY: self._page.policy})

    async def _compared(self, request: Request) -> Response:
        """What is no JSON is refused. A scenario that cannot be is no wrong request: browsers would complain of one."""
        body = await _body(request, JSON)
        try:
            asked = await run_in_threadpool(question.parsed, body)
        except BadInput as error:
            raise Refused(400, printable(error)) from error
        return StreamingResponse(self._told(request, asked), media_type=LINES)

    async def _told(self, request: Request, asked: Any) -> AsyncIterator[bytes]:
        """How far it is, line by line, and the answer; nobody's question is broken off."""
        told = Told()
        answer = asyncio.get_running_loop().run_in_executor(None, self._answered, asked, told)
        try:
            while not (await asyncio.wait([answer], timeout=TOLD_EVERY_S))[0]:
                if await request.is_disconnected():
                    return
                yield as_json({"share": told.share})
            yield await answer
        finally:
            told.over.set()
            await asyncio.wait([answer])

    def _answered(self, asked: Any, told: Told) -> bytes:
        try:
            return as_json(self._answering.answer(question.read(asked), told.progress, told.over.is_set))
        except (BadInput, RunFailed) as error:
            return as_json({"message": printable(error)})
        except Over:
            return as_json({"message": "broken off"})

    async def _dropped(self, request: Request) -> Response:
        body = await _body(request, RAW)
        name = request.query_params.get("name", "")
        return Response(await run_in_threadpool(self._taken, name, body), media_type=JSON)

    def _taken(self, name: str, body: bytes) -> bytes:
        try:
            return as_json(taken(self._files, name, body))
        except BadInput as error:
            return as_json({"message": printable(error)})


class Guard:
    """Obeys the server's own page alone, and tells browsers what they may do with its answers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_said(message["headers"])]
            await send(message)

        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        sentence = refusal(headers)
        if sentence is None and scope["method"] not in ("GET", "HEAD") and not is_of_browser(headers):
            sentence = "a page must ask: the header Origin is missing"
        if sentence is None:
            await self._app(scope, receive, guarded)
        else:
            await _sentence(403, sentence)(scope, receive, guarded)


def _said(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    policy = () if any(name == POLICY.lower().encode() for name, _ in headers) else ((POLICY, NOTHING),)
    every = (*ANSWERS_SAY, ("Cross-Origin-Opener-Policy", "same-origin"), *policy)
    return [(name.lower().encode(), value.encode()) for name, value in every]


async def _body(request: Request, kind: str) -> bytes:
    """All of it. Raises Refused for another kind, for one that is too long, and for one that does not come."""
    said = request.headers.get("content-type", "")
    if said.partition(";")[0].strip().lower() != kind:
        raise Refused(415, f"Content-Type = {printable(cut(said))}: must be {kind}")
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_PATIENCE_S):
            async for part in request.stream():
                body += part
                if len(body) > MOST_BYTES:
                    raise Refused(413, f"more than {MOST_BYTES >> 20} MB: use seslab compare for such a trace")
    except TimeoutError:
        raise Refused(408, f"the request was not there after {BODY_PATIENCE_S:.0f} s") from None
    except ClientDisconnect:
        raise Refused(400, "the request broke off") from None
    return bytes(body)


def _sentence(status: int, message: str) -> Response:
    return Response(as_json({"message": message}), status, media_type=JSON)


async def _http(request: Request, error: Exception) -> Response:
    """A route that there is not, or another method than its own."""
    assert isinstance(error, HTTPException)
    asked = printable(cut(f"{request.method} {request.url.path}"))
    return _sentence(error.status_code, f"no route {asked}; there are GET /, POST /compare and POST /files")


async def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return _sentence(error.status, str(error))
