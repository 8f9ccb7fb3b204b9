"""SES's API v2, REST with JSON: which path does what, and how errors are put."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from loadtests.endpoint.http import OK, Answer, as_json, request_id
from loadtests.endpoint.refusals import WIRE, Refused, invalid
from loadtests.endpoint.requests import Request
from loadtests.endpoint.ses import Ses
from loadtests.endpoint.v2 import configuration as v2_configuration
from loadtests.endpoint.v2 import send as v2_send
from loadtests.endpoint.v2 import suppression as v2_suppression
from loadtests.endpoint.v2 import templates as v2_templates

PREFIX = "/v2/email/"

Operation = Callable[..., dict[str, Any]]
"""Given the account's SES, the request, and what the path names; returns the answer's document."""

_ROUTES: dict[tuple[str, str], Operation] = {
    ("POST", "outbound-emails"): v2_send.send_email,
    ("POST", "outbound-bulk-emails"): v2_send.send_bulk_email,
    ("GET", "account"): v2_send.get_account,
    ("PUT", "account/sending"): v2_send.put_account_sending,
    ("PUT", "account/suppression"): v2_suppression.put_account_suppression,
    ("GET", "suppression/addresses"): v2_suppression.list_suppressed,
    ("PUT", "suppression/addresses"): v2_suppression.put_suppressed,
    ("GET", "suppression/addresses/*"): v2_suppression.get_suppressed,
    ("DELETE", "suppression/addresses/*"): v2_suppression.delete_suppressed,
    ("POST", "configuration-sets"): v2_configuration.create,
    ("GET", "configuration-sets/*"): v2_configuration.get,
    ("DELETE", "configuration-sets/*"): v2_configuration.delete,
    ("PUT", "configuration-sets/*/sending"): v2_configuration.put_sending,
    ("GET", "configuration-sets/*/event-destinations"): v2_configuration.get_destinations,
    ("POST", "configuration-sets/*/event-destinations"): v2_configuration.create_destination,
    ("PUT", "configuration-sets/*/event-destinations/*"): v2_configuration.update_destination,
    ("DELETE", "configuration-sets/*/event-destinations/*"): v2_configuration.delete_destination,
    ("POST", "templates"): v2_templates.create,
    ("GET", "templates"): v2_templates.list_all,
    ("GET", "templates/*"): v2_templates.get,
    ("PUT", "templates/*"): v2_templates.update,
    ("DELETE", "templates/*"): v2_templates.delete,
    ("POST", "templates/*/render"): v2_templates.render_one,
}
_EXACT = {route: operation for route, operation in _ROUTES.items() if "*" not in route[1]}
_NAMING = [
    (method, re.compile(re.escape(path).replace(r"\*", "([^/]+)")), operation)
    for (method, path), operation in _ROUTES.items()
    if "*" in path
]


def find(method: str, path: str) -> tuple[Operation, tuple[str, ...]] | None:
    """The operation of ours that answers, and what the path names; None leaves the request to moto."""
    path = path.removeprefix(PREFIX).removesuffix("/")
    exact = _EXACT.get((method, path))
    if exact is not None:
        return exact, ()
    for its_method, pattern, operation in _NAMING:
        match = pattern.fullmatch(path) if its_method == method else None
        if match:
            return operation, match.groups()
    return None


def answer(ses: Ses, found: tuple[Operation, tuple[str, ...]], body: bytes, query: str, client: str) -> Answer:
    """The operation's answer, or its error as AWS puts it."""
    operation, names = found
    try:
        return as_json(operation(ses, Request(_document(body), parse_qs(query), client), *names), OK, request_id())
    except Refused as refused:
        return error(refused)


def error(refused: Refused) -> Answer:
    """An error: the code in a header, the words in the body."""
    wire = WIRE[refused.code]
    return as_json({"message": refused.text}, wire.status, ("x-amzn-ErrorType", wire.code), request_id())


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body) if body else {}
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise invalid("The request is not a JSON object.")
    return document
