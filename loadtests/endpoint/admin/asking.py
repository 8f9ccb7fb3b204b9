"""What the endpoint's own routes are asked, and what is wrong with it, in one line."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple, TypeVar
from urllib.parse import parse_qs

from pydantic import ValidationError

from loadtests.endpoint.parsing.json_text import loaded
from loadtests.endpoint.routes import JSON
from scenarios.formats.quoted import cut, printable, unknown
from scenarios.schema.complaints import complaint, json_value
from scenarios.schema.tables import Table

Query = dict[str, list[str]]
Setting = TypeVar("Setting", bound=Table)

MOST_DIGITS = 9


class BadRequest(Exception):
    """What was asked cannot be right; the message is one line."""


class Asked(NamedTuple):
    """A request for one of our own routes."""

    method: str
    path: str
    query: str
    body: bytes
    kind: str  # of the body
    accept: str
    is_of_page: bool  # a browser sends it, for a page of ours

    def check_kind(self) -> None:
        """A page says of its body that it is JSON, as no form can; raises BadRequest."""
        if self.is_of_page and self.body and self.kind.partition(";")[0].strip().lower() != JSON:
            raise BadRequest(f"Content-Type = {printable(cut(self.kind))}: must be {JSON} in what a browser sends")


def named(query: str, names: Collection[str]) -> dict[str, str]:
    """The query's values by their names; raises BadRequest for other names, and for more or less than one value."""
    listed = parse_qs(query, keep_blank_values=True)
    for name, values in listed.items():
        if name not in names:
            raise BadRequest(printable(unknown("parameter", name, sorted(names))))
        if len(values) > 1 or not values[0]:
            raise BadRequest(f"{name} must have one value, has {len(values) if values[0] else 'none'}")
    return {name: values[0] for name, values in listed.items()}


def number(query: Query, name: str, otherwise: int, what: str) -> int:
    """A whole number of the query's; raises BadRequest."""
    return whole_number(name, query.get(name, [str(otherwise)])[0], what)


def whole_number(name: str, text: str, what: str) -> int:
    """Raises BadRequest for a text that is none."""
    if not text.isdecimal() or len(text) > MOST_DIGITS:
        raise BadRequest(f"{name} = {printable(cut(text))}: must be a whole number, {what}")
    return int(text)


def quantity(name: str, text: str, most: float, unit: str) -> float:
    """Raises BadRequest for a text that is no number up to the most."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= most:
        raise BadRequest(f"{name} = {printable(cut(text))}: must be between 0 and {most:.12g}, in {unit}")
    return value


def setting(model: type[Setting], body: bytes) -> Setting:
    """The request's JSON as a table; raises BadRequest with the line that a scenario file would get, in JSON."""
    document = _object(body)
    if document is None:
        raise BadRequest(f"the body must be a JSON object with {', '.join(model.model_fields)}")
    try:
        return model.model_validate(document)
    except ValidationError as error:
        raise BadRequest(complaint(error, document, json_value)) from error


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        document = loaded(body)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None
