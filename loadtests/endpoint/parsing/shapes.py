"""A request's document against the shape that botocore's service model gives it: what comes out can be relied on.

Members that the model does not know are left out, as AWS leaves them. The words about missing members, lengths, ranges,
patterns and sets of values are AWS's (floci-io/floci has asked it about sets; their order is the model's here); those
about wrong types are ours.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from math import isfinite
from typing import Any, NamedTuple

from loadtests.endpoint.parsing.json_text import well_formed
from loadtests.endpoint.refusals import Refused, malformed
from scenarios.ledger.ledger import REJECTED

CONSTRAINT = "failed to satisfy constraint"
SETS_OF_THEIR_OWN = ("NotificationType",)
"""Shapes whose values an operation itself refuses, in other words: localstack has recorded AWS's."""
MOST_TOLD = 300  # characters of a value that does not satisfy one

OF_THE_REFERENCE: Mapping[str, Mapping[str, int]] = {
    "Policy": {"max": 4096},
    "PoolName": {"max": 64},
}
"""Limits of shapes that the API reference has and the model has not; that of a pool's name is the console's."""

_DIGITS = re.compile("-?[0-9]{1,19}")
_TRUTH = {"true": True, "false": False}


def checked(shape: Any, document: Any) -> dict[str, Any]:
    """The members of a structure, as JSON has them, with bytes for base64; raises Refused for what the shape is not."""
    complaints: list[str] = []
    read: dict[str, Any] = _read(shape, document, "", complaints)
    if complaints:
        raise Refused(REJECTED, "ValidationError", _together(complaints))
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


def _read(shape: Any, value: Any, path: str, complaints: list[str]) -> Any:
    """The value; adds to `complaints` what is required and absent, and what the model does not allow."""
    kind = _KINDS[shape.type_name]
    if not isinstance(value, kind.types) or (isinstance(value, bool) and kind.types is not bool):
        raise _wrong(kind, path)
    limits = _limits(shape)
    if limits:
        complaints += _violations(limits, value, path)
    if shape.type_name == "structure":
        return _members(shape, value, path, complaints)
    if shape.type_name == "list":
        items = enumerate(value, 1)
        return [_read(shape.member, item, f"{path}.{number}.member", complaints) for number, item in items]
    if shape.type_name == "map":
        return {well_formed(key): _read(shape.value, item, f"{path}.{key}", complaints) for key, item in value.items()}
    try:
        return kind.read(value)
    except (ValueError, OverflowError) as error:
        raise _wrong(kind, path) from error


def _members(shape: Any, value: Mapping[str, Any], path: str, complaints: list[str]) -> dict[str, Any]:
    """Null means that a member is not there."""
    known = shape.members
    given = {name: item for name, item in value.items() if item is not None and name in known}
    absent = (_below(path, name) for name in shape.required_members if name not in given)
    complaints += [f"Value null at '{member}' {CONSTRAINT}: Member must not be null" for member in absent]
    return {name: _member(known[name], item, _below(path, name), complaints) for name, item in given.items()}


def _member(shape: Any, value: Any, path: str, complaints: list[str]) -> Any:
    read = _read(shape, value, path, complaints)
    if allowed := _allowed(shape):
        complaints += _strange(allowed, value, path)
    return read


@cache
def _limits(shape: Any) -> Mapping[str, Any]:
    """What the model says of the values of a shape, and the reference."""
    of_model = {key: shape.metadata[key] for key in ("min", "max", "pattern") if key in shape.metadata}
    return {**of_model, **OF_THE_REFERENCE.get(shape.name, {})}


def _violations(limits: Mapping[str, Any], value: Any, path: str) -> Iterator[str]:
    """What these have against a text, a number, or a collection of so many items."""
    is_number = isinstance(value, int | float)
    size, measure = (value, "value") if is_number else (len(value), "length")
    at = f"Value '{str(value)[:MOST_TOLD]}' at" if isinstance(value, str) or is_number else "Value at"
    if size < limits.get("min", size):
        yield f"{at} '{path}' {CONSTRAINT}: Member must have {measure} greater than or equal to {limits['min']}"
    if size > limits.get("max", size):
        yield f"{at} '{path}' {CONSTRAINT}: Member must have {measure} less than or equal to {limits['max']}"
    if isinstance(value, str) and "pattern" in limits and not re.fullmatch(limits["pattern"], value):
        yield f"{at} '{path}' {CONSTRAINT}: Member must satisfy regular expression pattern: {limits['pattern']}"


def _strange(allowed: Sequence[str], value: Any, path: str) -> Iterator[str]:
    """What a set of values has against a text, or against any item of a list, which is said once."""
    is_list = isinstance(value, list)
    if not all(item in allowed for item in (value if is_list else (value,))):
        said = f"Member must satisfy enum value set: [{', '.join(allowed)}]"
        yield f"Value at '{path}' {CONSTRAINT}: {f'Member must satisfy constraint: [{said}]' if is_list else said}"


@cache
def _allowed(shape: Any) -> Sequence[str]:
    """The only values of a text, or of the items of a list, if it is one that has such."""
    text = shape.member if shape.type_name == "list" else shape
    return tuple(text.enum) if text.type_name == "string" and text.name not in SETS_OF_THEIR_OWN else ()


def _below(path: str, name: str) -> str:
    """In the spelling of AWS's messages: `destination.toAddresses`."""
    return f"{path}.{_spelled(name)}" if path else _spelled(name)


@cache
def _spelled(name: str) -> str:
    """A member of the model's, without its capital."""
    return name[:1].lower() + name[1:]


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


def _together(complaints: list[str]) -> str:
    many = "1 validation error" if len(complaints) == 1 else f"{len(complaints)} validation errors"
    return f"{many} detected: {'; '.join(complaints)}"
