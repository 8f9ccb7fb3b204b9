"""The operations of SES's two APIs by botocore's service models: which one a request means, and what it asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel, StructureShape

from loadtests.endpoint.control.absent import unknown
from loadtests.endpoint.parsing.json_text import MOST_VALUES, loaded
from loadtests.endpoint.parsing.shapes import checked, from_form, from_text
from loadtests.endpoint.refusals import Refused, invalid, malformed
from scenarios.ledger.ledger import REJECTED

MOST_CHARACTERS = 65_536
"""Of what a request says that is no mail and no template: an assumption, so that nothing of it is kept unbounded."""
_MAIL = re.compile("Send|.*Template")  # names of operations

_NOTHING = StructureShape("Nothing", {"type": "structure", "members": {}})
_LABEL = re.compile(r"\\{\w+\\}")


EARLIER = (
    ("GET", "/v2/email/configuration-sets", "ListConfigurationSets"),
    ("GET", "/v2/email/contact-lists/{ContactListName}/contacts", "ListContacts"),
    ("GET", "/v2/email/identities", "ListEmailIdentities"),
    ("GET", "/v2/email/import-jobs", "ListImportJobs"),
)
"""How SDKs asked before these operations got paths of their own, in botocore 1.43.105: many still do."""


class Found(NamedTuple):
    """An operation of API v2, and what a request's path names; an earlier form has in its query what is no label."""

    name: str
    path: Mapping[str, str]
    is_earlier: bool = False


class Rest(NamedTuple):
    """How paths lead to operations: by themselves, or as patterns with the labels that these fill."""

    exact: Mapping[tuple[str, str], str]
    patterns: list[tuple[str, re.Pattern[str], list[str], str]]


EARLIER_FORMS = frozenset((method, name) for method, _, name in EARLIER)


@cache
def model(service: str) -> ServiceModel:
    """Botocore's description of `ses`, which is API v1, or `sesv2`."""
    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


def by_path(method: str, path: str) -> Found:
    """The operation of v2 that a method and a quoted path mean; raises Refused if there is none."""
    rest, path = _rest(), path.rstrip("/")
    name = rest.exact.get((method, _unquoted(path)))
    if name is not None:
        return Found(name, {}, (method, name) in EARLIER_FORMS)
    for its_method, pattern, labels, operation in rest.patterns:
        match = pattern.fullmatch(path) if its_method == method else None
        if match:
            named = dict(zip(labels, map(_unquoted, match.groups()), strict=True))
            return Found(operation, named, (method, operation) in EARLIER_FORMS)
    raise unknown(f"{method} {_unquoted(path)}")


def _unquoted(path: str) -> str:
    """WSGI spells each byte as a character."""
    return unquote_to_bytes(path.encode("latin-1")).decode(errors="replace")


def from_json(found: Found, body: bytes, query: Mapping[str, list[str]]) -> dict[str, Any]:
    """What a request of v2 asks for, wherever it says so: body, path or query; raises Refused if it is malformed."""
    shape = _input("sesv2", found.name)
    elsewhere = {
        name: member
        for name, member in shape.members.items()
        if "location" in member.serialization or (found.is_earlier and name in query)
    }
    return _bounded(found.name, checked(shape, _object(body) | _beside(elsewhere, found.path, query)))


def action_of(tree: Mapping[str, Any]) -> str:
    """The action of v1 that a form's tree names; raises Refused if its version of the API has none such.

    A form that names no version is taken, as it is written by hand; AWS's reference requires one.
    """
    action, of_model = tree.get("Action"), model("ses")
    if not isinstance(action, str):
        raise Refused(REJECTED, "MissingAction", "The request must contain the parameter Action.")
    version = tree.get("Version", of_model.api_version)
    if version != of_model.api_version or action not in of_model.operation_names:
        raise unknown(f"{action} for version {version}")
    return action


def from_query(action: str, tree: Mapping[str, Any]) -> dict[str, Any]:
    """What a form's tree asks of an action of v1; raises Refused if it is malformed."""
    shape = _input("ses", action)
    return _bounded(action, checked(shape, from_form(shape, dict(tree))))


def _bounded(operation: str, document: dict[str, Any]) -> dict[str, Any]:
    if not _MAIL.match(operation) and _characters(document) > MOST_CHARACTERS:
        raise invalid(f"The request of {operation} has more than {MOST_CHARACTERS} characters.")
    return document


def _characters(value: Any) -> int:
    """Of all text in it."""
    if isinstance(value, dict):
        return sum(map(_characters, (*value, *value.values())))
    if isinstance(value, list):
        return sum(map(_characters, value))
    return len(value) if isinstance(value, str) else 0


@cache
def _rest() -> Rest:
    exact: dict[tuple[str, str], str] = {}
    patterns: list[tuple[str, re.Pattern[str], list[str], str]] = []
    for method, path, name in (*_of_now(), *EARLIER):
        labels = re.findall(r"{(\w+)}", path)
        if labels:
            patterns.append((method, re.compile(_LABEL.sub("([^/]+)", re.escape(path))), labels, name))
        else:
            exact[method, path] = name
    return Rest(exact, patterns)


def _of_now() -> Iterator[tuple[str, str, str]]:
    for name in model("sesv2").operation_names:
        http = model("sesv2").operation_model(name).http
        yield http["method"], http["requestUri"].rstrip("/"), name


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
    return {
        name: _found(member, member.serialization.get("name", name), path, query) for name, member in members.items()
    }


def _found(member: Any, key: str, path: Mapping[str, str], query: Mapping[str, list[str]]) -> Any:
    texts = [path[key]] if key in path else query.get(key, [])
    if member.type_name == "list":
        return [from_text(member.member, text) for text in texts] or None
    return from_text(member, texts[0]) if texts else None
