"""Forms of the Query protocol that moto reads: it would look at every field for each entry of a list.

It would also fail over a number that is none, which stays a text here, and over an entry of a map that has a name only,
whose value is empty here: the operation refuses them.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Any

from moto.core.parse import UNDEFINED, QueryParser

from loadtests.endpoint.parsing.json_text import MOST_VALUES

_Parser: Any = QueryParser
_parsed, _read_map = _Parser._do_parse, _Parser._parse_map


def install() -> None:
    """Let moto read forms so. To be called once, before any request."""
    _Parser._do_parse = _parse
    _Parser._gonna_recurse = _has_nothing
    _Parser._parse_map = _map
    _Parser._parse_integer = _Parser._parse_long = _integer


def has_too_many_fields(form: bytes) -> bool:
    """Whether it would take many times its length."""
    return form.count(b"&") >= MOST_VALUES


def _parse(parser: Any, request: Any, shape: Any) -> Any:
    parser.names = sorted(request["values"])
    return _parsed(parser, request, shape)


def _has_nothing(parser: Any, _fields: Any, prefix: str) -> bool:
    """Whether no field's name begins so, which ends a list."""
    at = bisect_left(parser.names, prefix)
    return prefix != "" and not (at < len(parser.names) and parser.names[at].startswith(prefix))


def _integer(parser: Any, shape: Any, fields: Any, prefix: str = "") -> Any:
    value = parser._default_handle(shape, fields, prefix)
    try:
        return int(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _map(parser: Any, shape: Any, fields: Any, prefix: str = "") -> Any:
    read = _read_map(parser, shape, fields, prefix)
    for name, value in () if read is UNDEFINED else read.items():
        if value is UNDEFINED:
            read[name] = {} if shape.value.type_name == "structure" else ""
    return read
