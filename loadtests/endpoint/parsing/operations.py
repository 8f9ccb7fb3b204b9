"""The operations of SES's two APIs by botocore's service models: which one a request means, and what it asks for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel, StructureShape

from loadtests.endpoint.parsing.json_text import MOST_VALUES, loaded
from loadtests.endpoint.parsing.shapes import checked, from_form, from_text
from loadtests.endpoint.refusals import Refused, malformed
from scenarios.ledger.ledger import REJECTED

_NOTHING = StructureShape("Nothing", {"type": "structure", "members": {}})
_LABEL = re.compile(r"\\{\w+\\}")


class Found(NamedTuple):
    """An operation of API v2, and what a request's path names."""

    name: str
    path: Mapping[str, str]


class Rest(NamedTuple):
    """How paths lead to operations: by themselves, or as patterns with the labels that these fill."""

    exact: Mapping[tuple[str, str], str]
    patterns: list[tuple[str, re.Pattern[str], list[str], str]]


@cache
def model(service: str) -> ServiceModel:
    """Botocore's description of `ses`, which is API v1, or `sesv2`."""
    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


def by_path(method: str, path: str) -> Found:
    """The operation of v2 that a method and a quoted path mean; raises Refused if there is none."""
    rest, path = _rest(), path.rstrip("/")
    name = rest.exact.get((method, _unquoted(path)))
    if name is not None:
        return Found(name, {})
    for its_method, pattern, labels, operation in rest.patterns:
        match = pattern.fullmatch(path) if its_method == method else None
        if match:
            return Found(operation, dict(zip(labels, map(_unquoted, match.groups()), strict=True)))
    raise unknown(f"{method} {_unquoted(path)}")


def _unquoted(path: str) -> str:
    """WSGI spells each byte as a character."""
    return unquote_to_bytes(path.encode("latin-1")).decode(errors="replace")


def from_json(found: Found, body: bytes, query: Mapping[str, list[str]]) -> dict[str, Any]:
    """What a request of v2 asks for, wherever it says so: body, path or query; raises Refused if it is malformed."""
    shape = _input("sesv2", found.name)
    elsewhere = {name: member for name, member in shape.members.items() if "location" in member.serialization}
    return checked(shape, _object(body) | _beside(elsewhere, found.path, query))


def from_query(tree: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The action of v1 that a form's tree names, and what it asks for; raises Refused if it is malformed."""
    action = tree.get("Action")
    if not isinstance(action, str):
        raise Refused(REJECTED, "MissingAction", "The request must contain the parameter Action.")
    if action not in model("ses").operation_names:
        raise unknown(action)
    shape = _input("ses", action)
    return action, checked(shape, from_form(shape, dict(tree)))


def unknown(what: str) -> Refused:
    """There is no such operation, or moto has not got it."""
    return Refused(REJECTED, "InvalidAction", f"Could not find operation {what}.")


@cache
def _rest() -> Rest:
    exact: dict[tuple[str, str], str] = {}
    patterns: list[tuple[str, re.Pattern[str], list[str], str]] = []
    for name in model("sesv2").operation_names:
        http = model("sesv2").operation_model(name).http
        method, path = http["method"], http["requestUri"].rstrip("/")
        labels = re.findall(r"{(\w+)}", path)
        if labels:
            patterns.append((method, re.compile(_LABEL.sub("([^/]+)", re.escape(path))), labels, name))
        else:
            exact[method, path] = name
    return Rest(exact, patterns)


@cache
def _input(service: str, name: str) -> Any:
    """The shape of what an operation is given; one that is given nothing has a shape without members."""
    operation: OperationModel = model(service).operation_model(name)
    return operation.input_shape or _NOTHING


def _object(body: bytes) -> dict[str, Any]:
    try:
        document = loaded(body) if body else {}
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise malformed(f"The request is not a JSON object of at most {MOST_VALUES} values.")
    return document


def _beside(members: Mapping[str, Any], path: Mapping[str, str], query: Mapping[str, list[str]]) -> dict[str, Any]:
    """The members that stand in path or query, None for those that do not."""
    return {name: _found(member, member.serialization["name"], path, query) for name, member in members.items()}


def _found(member: Any, key: str, path: Mapping[str, str], query: Mapping[str, list[str]]) -> Any:
    texts = [path[key]] if key in path else query.get(key, [])
    if member.type_name == "list":
        return [from_text(member.member, text) for text in texts] or None
    return from_text(member, texts[0]) if texts else None
