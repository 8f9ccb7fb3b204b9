"""Requests and answers, between WSGI and what the endpoint does with them."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid4

from moto.iam.models import get_account_id_from

from loadtests.endpoint.accounts.credential import Credential, credential_in
from loadtests.endpoint.message import SOMEBODY, Client
from loadtests.endpoint.routes import DEFAULT_REGION, JSON

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_HOST = re.compile(r"(?:email|ses)\.([a-z0-9-]+)\.amazonaws\.com")
NO_KEY = "AKIAEXAMPLE"
SES_SIGNED = f"AWS4-HMAC-SHA256 Credential={NO_KEY}/20260101/{{}}/ses/aws4_request, SignedHeaders=host, Signature=0"


class Scope(NamedTuple):
    """Whose request it is, where to, and which service it means; the signature itself is never checked."""

    account: str
    region: str
    service: str


def scope_of(environ: WSGIEnvironment) -> Scope:
    """By the signature's credential, else by the host; the account is found as moto finds it."""
    credential = credential_of(environ)
    if credential is not None:
        region = DEFAULT_REGION if credential.region is None else credential.region
        return Scope(_account(environ, credential.key), region, credential.service)
    host = _HOST.match(environ.get("HTTP_HOST", ""))
    return Scope(_account(environ, NO_KEY), host[1] if host else DEFAULT_REGION, "ses" if host else "")


def credential_of(environ: WSGIEnvironment) -> Credential | None:
    """That of the request's signature, if it has one that can be read, in its header or, presigned, in its address."""
    return credential_in(environ.get("HTTP_AUTHORIZATION", ""), environ.get("QUERY_STRING", ""))


def as_sdks_ask(environ: WSGIEnvironment, kind: str) -> None:
    """Give a request to SES the headers that SDKs give theirs: moto finds neither service nor parameters without.

    One without a signature names SES now, and whose it is; the body's type, which SES does not look at, is `kind`.
    """
    environ["CONTENT_TYPE"] = kind
    account, region, service = scope_of(environ)
    if not service:
        environ["HTTP_AUTHORIZATION"] = SES_SIGNED.format(region)
        environ["HTTP_X_MOTO_ACCOUNT_ID"] = account


def _account(environ: WSGIEnvironment, key: str) -> str:
    named = os.environ.get("MOTO_ACCOUNT_ID") or environ.get("HTTP_X_MOTO_ACCOUNT_ID")
    return named or get_account_id_from(key)


def client(environ: WSGIEnvironment) -> Client:
    """Its name is the first word with which it introduces itself, such as `Boto3/1.44.5`."""
    name = str(environ.get("HTTP_USER_AGENT", "")).partition(" ")[0]
    asked_at = environ.get("HTTP_HOST") or f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}"
    return Client(name, environ.get("REMOTE_ADDR", SOMEBODY.ip), f"{environ['wsgi.url_scheme']}://{asked_at}")


_FROM_WHERE = {"host": "HTTP_HOST", "origin": "HTTP_ORIGIN", "sec-fetch-site": "HTTP_SEC_FETCH_SITE"}


def headers_of(environ: WSGIEnvironment) -> dict[str, str]:
    """The request's headers that tell where it comes from."""
    return {name: environ[key] for name, key in _FROM_WHERE.items() if key in environ}


def text_of(path: str) -> str:
    """A path as its sender wrote it: WSGI spells each of its bytes as a character."""
    return path.encode("latin-1").decode(errors="replace")


def quoted_path(environ: WSGIEnvironment) -> str:
    """The path as it came, still quoted: a quoted slash in a name parts nothing."""
    return str(environ["REQUEST_URI"]).partition("?")[0]


def body_of(environ: WSGIEnvironment) -> bytes:
    """The whole request, even if it has been read, which stays readable for the handler that is asked next."""
    environ["wsgi.input"].seek(0)
    body: bytes = environ["wsgi.input"].read()
    environ["wsgi.input"].seek(0)
    return body


class Answer(NamedTuple):
    """What goes back."""

    status: str
    kind: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()

    def send(self, start_response: StartResponse) -> Iterable[bytes]:
        length = ("Content-Length", str(len(self.body)))
        start_response(self.status, [("Content-Type", self.kind), length, *self.headers])
        return [self.body]


OK = "200 OK"


def as_json(document: Any, status: str = OK, *headers: tuple[str, str]) -> Answer:
    """An answer in JSON."""
    return Answer(status, JSON, json.dumps(document).encode(), headers)


def request_id() -> tuple[str, str]:
    """A header that gives the request a name, as AWS does."""
    return "x-amzn-RequestId", str(uuid4())
