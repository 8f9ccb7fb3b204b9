"""A request's document against the shape that botocore's service model gives it: what comes out can be relied on.

Members that the model does not know are left out, as AWS leaves them. Lengths, patterns and sets of values are not
looked at. The words about missing members are AWS's; those about wrong types are ours.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from functools import partial
from math import isfinite
from typing import Any, NamedTuple

from loadtests.endpoint.parsing.json_text import well_formed
from loadtests.endpoint.refusals import Refused, malformed
from scenarios.ledger.ledger import REJECTED

_DIGITS = re.compile("-?[0-9]{1,19}")
_TRUTH = {"true": True, "false": False}


def checked(shape: Any, document: Any) -> dict[str, Any]:
    """The members of a structure, as JSON has them, with bytes for base64; raises Refused for what the shape is not."""
    missing: list[str] = []
    read: dict[str, Any] = _read(shape, document, "", missing)
    if missing:
        raise Refused(REJECTED, "ValidationError", _complaint(missing))
    return read


def from_form(shape: Any, value: Any) -> Any:
    """A form's value, all text in a tree, as JSON would have it; what makes no sense is left for the check to find."""
    if shape.type_name == "structure":
        return _structure_from_form(shape, value)
    if shape.type_name == "list":
        items = _items(value)
        return value if items is None else [from_form(shape.member, item) for item in items]
    return from_text(shape, value)


def from_text(shape: Any, value: Any) -> Any:
    """A text in a form, a path or its query, as JSON would have it."""
    if shape.type_name in ("integer", "long") and isinstance(value, str) and _DIGITS.fullmatch(value):
        return int(value)
    if shape.type_name == "boolean" and isinstance(value, str):
        return _TRUTH.get(value, value)
    return value


def _structure_from_form(shape: Any, value: Any) -> Any:
    if not isinstance(value, dict):
        return {} if value == "" else value
    known = ((name, shape.members[name]) for name in value if name in shape.members)
    return {name: from_form(member, value[name]) for name, member in known}


def _items(value: Any) -> list[Any] | None:
    """The items of `member.1`, `member.2` … in the order of their numbers; an empty string is an empty list."""
    if value == "":
        return []
    members = value.get("member") if isinstance(value, dict) and len(value) == 1 else None
    if not isinstance(members, dict) or not all(map(_DIGITS.fullmatch, members)):
        return None
    return [item for _, item in sorted(members.items(), key=lambda pair: int(pair[0]))]


def _read(shape: Any, value: Any, path: str, missing: list[str]) -> Any:
    """The value; adds to `missing` the paths of members that are required and absent."""
    kind = _KINDS[shape.type_name]
    if not isinstance(value, kind.types) or (isinstance(value, bool) and kind.types is not bool):
        raise _wrong(kind, path)
    if shape.type_name == "structure":
        return _members(shape, value, path, missing)
    if shape.type_name == "list":
        return [_read(shape.member, item, f"{path}.{number}.member", missing) for number, item in enumerate(value, 1)]
    if shape.type_name == "map":
        return {well_formed(key): _read(shape.value, item, f"{path}.{key}", missing) for key, item in value.items()}
    try:
        return kind.read(value)
    except (ValueError, OverflowError) as error:
        raise _wrong(kind, path) from error


def _members(shape: Any, value: Mapping[str, Any], path: str, missing: list[str]) -> dict[str, Any]:
    """Null means that a member is not there."""
    given = {name: value[name] for name in shape.members if value.get(name) is not None}
    missing += [_below(path, name) for name in shape.required_members if name not in given]
    return {name: _read(shape.members[name], item, _below(path, name), missing) for name, item in given.items()}


def _below(path: str, name: str) -> str:
    """In the spelling of AWS's messages: `destination.toAddresses`."""
    member = name[:1].lower() + name[1:]
    return f"{path}.{member}" if path else member


def _whole(value: int, bits: int) -> int:
    if not -(1 << bits - 1) <= value < 1 << bits - 1:
        raise ValueError
    return value


def _number(value: float) -> float:
    if not isfinite(value):
        raise ValueError
    return value


def _instant(value: str | float) -> str | float:
    return well_formed(value) if isinstance(value, str) else _number(value)


class Kind(NamedTuple):
    """A shape's type: what JSON has for it, in words too, and how that is read; ValueError or OverflowError if not."""

    types: Any  # one, or a tuple of them
    words: str
    read: Callable[[Any], Any] = dict


_NUMBER = Kind((int, float), "a number", _number)
_KINDS = {
    "structure": Kind(dict, "an object"),
    "map": Kind(dict, "an object"),
    "list": Kind(list, "a list"),
    "string": Kind(str, "a string", well_formed),
    "boolean": Kind(bool, "true or false", bool),
    "integer": Kind(int, "a whole number of 32 bits", partial(_whole, bits=32)),
    "long": Kind(int, "a whole number of 64 bits", partial(_whole, bits=64)),
    "float": _NUMBER,
    "double": _NUMBER,
    "timestamp": Kind((str, int, float), "an instant", _instant),
    "blob": Kind(str, "base64", b64decode),
}


def _wrong(kind: Kind, path: str) -> Refused:
    return malformed(f"Value at '{path}' must be {kind.words}." if path else f"The request must be {kind.words}.")


def _complaint(missing: list[str]) -> str:
    many = "1 validation error" if len(missing) == 1 else f"{len(missing)} validation errors"
    constraint = "failed to satisfy constraint: Member must not be null"
    return f"{many} detected: " + "; ".join(f"Value null at '{path}' {constraint}" for path in missing)
