"""Which messages a subscription wants: of a list, in a body or an attribute, one value that matches is enough.

Source: Amazon SNS Developer Guide, "Amazon SNS subscription filter policies".
"""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from ipaddress import ip_address, ip_network
from typing import Any

from loadtests.endpoint.sns.filter_policies import is_choice
from loadtests.endpoint.sns.wildcards import is_like

BODY, ATTRIBUTES = "MessageBody", "MessageAttributes"
PRECISION = 1e-6  # of numbers that are to be the same: moto has found it at AWS

_COMPARED: Mapping[str, Callable[[float, float], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class Filter:
    """A filter policy that has been looked at, and its scope: in moto's place."""

    def __init__(self, policy: Mapping[str, Any], scope: str | None) -> None:
        self._policy, self._is_of_body = policy, scope == BODY

    def matches(self, attributes: Mapping[str, Any] | None, message: str) -> bool:
        """Whether a message is wanted; its `attributes` have a Type and a Value each."""
        if not self._policy:
            return True
        return _matches(self._policy, _read(message) if self._is_of_body else _values(attributes or {}))


def _values(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Message attributes as a body would have them."""
    return {name: _value(str(one["Type"]), one["Value"]) for name, one in attributes.items()}


def _value(kind: str, value: Any) -> Any:
    if kind == "Number":
        return _number(str(value))
    return _read(value) if kind == "String.Array" and isinstance(value, str) else value


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _read(text: str) -> Any:
    """What JSON says; nothing that a policy could name where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _matches(policy: Mapping[str, Any], body: Any) -> bool:
    return all(_has(body, name, wanted) for name, wanted in policy.items())


def _has(body: Any, name: str, wanted: Any) -> bool:
    objects = [one for one in _flat(body) if isinstance(one, dict) and one]  # an empty one lacks nothing, at AWS
    found = [one[name] for one in objects if name in one]
    if isinstance(wanted, dict):
        return bool(found) and _matches(wanted, found)
    if is_choice(name, wanted):
        return any(_matches(one, body) for one in wanted)
    return bool(objects) and any(_is_met(rule, list(_flat(found))) for rule in wanted)


def _flat(value: Any) -> Iterator[Any]:
    """A value, or those of a list, however many lists are in it."""
    rest = [value]
    while rest:
        one = rest.pop()
        if isinstance(one, list):
            rest.extend(reversed(one))
        else:
            yield one


def _is_met(rule: Any, values: Iterable[Any]) -> bool:
    if not isinstance(rule, dict):
        return any(_is_same(rule, value) for value in values)
    [(keyword, wanted), *_] = rule.items()
    if keyword == "exists":
        return any(value not in (None, "") for value in values) is wanted
    return any(_OPERATORS[keyword](wanted, value) for value in values)


def _is_same(one: Any, other: Any) -> bool:
    if _is_number(one) and _is_number(other):
        return bool(one - PRECISION < other < one + PRECISION)
    return type(one) is type(other) and bool(one == other)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _begins(prefix: Any, value: Any) -> bool:
    return isinstance(value, str) and isinstance(prefix, str) and value.startswith(prefix)


def _ends(suffix: Any, value: Any) -> bool:
    return isinstance(value, str) and isinstance(suffix, str) and value.endswith(suffix)


def _is_within(network: Any, value: Any) -> bool:
    try:
        return isinstance(value, str) and ip_address(value) in ip_network(network, strict=False)
    except ValueError:
        return False


def _is_like(pattern: Any, value: Any) -> bool:
    return isinstance(value, str) and is_like(value, pattern)


def _is_same_in_small_letters(wanted: Any, value: Any) -> bool:
    return isinstance(value, str) and isinstance(wanted, str) and value.lower() == wanted.lower()


def _is_none_of(unwanted: Any, value: Any) -> bool:
    if isinstance(unwanted, dict):
        return not _is_met(unwanted, [value])
    return not any(_is_same(one, value) for one in _flat(unwanted))


def _is_in_range(bounds: list[Any], value: Any) -> bool:
    if not _is_number(value):
        return False
    return all(_COMPARED[sign](value, bound) for sign, bound in zip(bounds[::2], bounds[1::2], strict=False))


_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "prefix": _begins,
    "suffix": _ends,
    "equals-ignore-case": _is_same_in_small_letters,
    "anything-but": _is_none_of,
    "numeric": _is_in_range,
    "cidr": _is_within,
    "wildcard": _is_like,
}
