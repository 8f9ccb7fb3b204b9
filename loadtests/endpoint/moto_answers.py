"""What moto answers; where it fails instead, an error as the API puts it that was asked: SDKs would try a 500 again."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from botocore.model import OperationNotFoundError
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.test import run_wsgi_app

from loadtests.endpoint.accounts.accounts import UNSIGNED
from loadtests.endpoint.control.absent import unknown
from loadtests.endpoint.http import Answer, as_json, body_of, request_id, scope_of
from loadtests.endpoint.parsing.json_text import MOST_VALUES, has_too_many_values
from loadtests.endpoint.parsing.moto_forms import has_too_many_fields
from loadtests.endpoint.refusals import MISSING, WIRE, Refused, malformed, refusal
from loadtests.endpoint.routes import JSON
from loadtests.endpoint.v1 import query
from loadtests.endpoint.v2 import routing as v2
from scenarios.ledger.ledger import FAILED, REJECTED

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

ROOM = 300  # characters of an error's text that are told
MOST_OF_A_FORM = 10_000  # bytes: SDKs begin it with the action
AWS = ".amazonaws.com"
PAGE = b"<!doctype html>"  # how Flask tells an error, to people
FOUND_NOTHING = ("404", "405")
CLOSED = ("/moto-api/recorder", "/moto-api/proxy")
"""Moto's own routes that are not there: a recording is a file without a bound, and there is no proxy."""
_ACTION = re.compile(r"(?:^|&)Action=(\w+)")
INVITATION = "access-control-"  # to the pages of all sites, which moto extends and we do not


class NoService(Exception):
    """Moto has no service at such a host."""


class Moto(DomainDispatcherApplication):
    """Moto's services. Where it has none, moto prints a line to standard output, which is not its own, and goes on."""

    def __init__(self) -> None:
        super().__init__(create_backend_app)

    def get_backend_for_host(self, host: str | None) -> Any:
        """The service's name; raises NoService."""
        if host is None or not host.endswith(AWS):
            return super().get_backend_for_host(host)
        for service, pattern in self.backend_url_patterns:
            if pattern.match(f"http://{host}"):
                return service
        raise NoService(f"it has no service at {host}")

    def infer_service_region_host(self, environ: dict[str, Any], path: str) -> str | None:
        """Where a request goes that no host of AWS's has; raises NoSignature."""
        found: str | None = super().infer_service_region_host(environ, path)
        if found is None and path == "/" and _action(environ):
            raise NoSignature
        return found


class NoSignature(Exception):
    """Nothing says which service shall do what the form says: moto would take it for S3."""


class Reply(NamedTuple):
    """An answer as WSGI has it."""

    status: str
    headers: list[tuple[str, str]]
    body: Iterable[bytes]


def closed(method: str, path: str) -> Answer | None:
    """The answer to what moto is not asked."""
    if not path.startswith(CLOSED):
        return None
    why = "the local AWS records no requests, and is no proxy"
    return as_json({"message": f"no route {method} {path}: {why}"}, MISSING)


def ask(moto: WSGIApplication, environ: WSGIEnvironment) -> Reply:
    """Moto's answer to a request. It raises whatever it likes on what it does not expect; this does not."""
    has_too_many = has_too_many_values if _is_json(environ) else has_too_many_fields if _is_form(environ) else None
    if has_too_many is not None and has_too_many(body_of(environ)):
        return _refused(environ, malformed(f"The request has more than {MOST_VALUES} values."))
    try:
        body, status, headers = run_wsgi_app(moto, environ, buffered=True)
    except (NotImplementedError, OperationNotFoundError):
        return _refused(environ, _nothing(environ))
    except NoService as failure:
        return _refused(environ, _failed(str(failure)))
    except NoSignature:
        return _refused(environ, Refused(*UNSIGNED))
    except MemoryError:
        raise
    except Exception as failure:
        return _refused(environ, _failed(f"{type(failure).__name__}: {failure}"))
    whole = b"".join(body)
    if not _is_answer(status, whole, environ):
        return _refused(environ, _nothing(environ) if status.startswith(FOUND_NOTHING) else _failed(status))
    if environ["PATH_INFO"] == "/" and whole.startswith(b"<"):
        whole = query.legible(whole)
        headers["Content-Length"] = str(len(whole))
    if environ["PATH_INFO"].startswith(v2.PREFIX):
        headers["Content-Type"] = JSON  # moto says that it is a page
    return Reply(status, [one for one in headers if not one[0].lower().startswith(INVITATION)], [whole])


def busy(environ: WSGIEnvironment) -> Reply:
    """The answer where too many requests wait for moto: SDKs try again."""
    return _refused(environ, refusal(FAILED))


def _is_answer(status: str, body: bytes, environ: WSGIEnvironment) -> bool:
    """Whether it is one that an SDK can read: an error has words, and they are not a page's."""
    if status[0] in "123" or environ["REQUEST_METHOD"] == "HEAD":
        return True
    return bool(body) and not body[: len(PAGE)].lower().startswith(PAGE)


def _nothing(environ: WSGIEnvironment) -> Refused:
    """The operation is not there, by the name that the request calls it."""
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    action = "" if target else _action(environ)
    return unknown(target or action or f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}")


def _action(environ: WSGIEnvironment) -> str:
    """That of a form, if it is one."""
    form = body_of(environ)[:MOST_OF_A_FORM].decode(errors="replace") or str(environ.get("QUERY_STRING", ""))
    found = _ACTION.search(form)
    return f"{found[1]} of {scope_of(environ).service or 'a service'}" if found else ""


def _failed(why: str) -> Refused:
    return Refused(REJECTED, "ValidationError", f"moto cannot answer this request: {' '.join(why.split())[:ROOM]}")


def _refused(environ: WSGIEnvironment, refused: Refused) -> Reply:
    answer = error(environ, refused)
    headers = [("Content-Type", answer.kind), ("Content-Length", str(len(answer.body))), *answer.headers]
    return Reply(answer.status, headers, [answer.body])


def _is_json(environ: WSGIEnvironment) -> bool:
    return "HTTP_X_AMZ_TARGET" in environ or "json" in environ.get("CONTENT_TYPE", "")


def _is_form(environ: WSGIEnvironment) -> bool:
    return str(environ.get("CONTENT_TYPE", "")).startswith("application/x-www-form-urlencoded")


def error(environ: WSGIEnvironment, refused: Refused) -> Answer:
    """In JSON where the request is in JSON, or has a path; the Query protocol's XML is understood by all others."""
    path, service = environ["PATH_INFO"], scope_of(environ).service
    if path.startswith(v2.PREFIX):
        return v2.error(refused)
    if _is_json(environ) or (path != "/" and service not in ("", "s3")):
        wire = WIRE[refused.code]
        document = {"__type": wire.code, "message": refused.text}
        return as_json(document, wire.status, ("x-amzn-ErrorType", wire.code), request_id())
    return query.error(refused, request_id()[1])
