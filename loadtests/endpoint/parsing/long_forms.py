"""Forms of the Query protocol that moto reads: it would look at every field for each entry of a list."""

from __future__ import annotations

from bisect import bisect_left
from typing import Any

from moto.core.parse import QueryParser

from loadtests.endpoint.parsing.json_text import MOST_VALUES

_Parser: Any = QueryParser
_parsed = _Parser._do_parse


def install() -> None:
    """Let moto find the fields of an entry where they are. To be called once, before any request."""
    _Parser._do_parse = _parse
    _Parser._gonna_recurse = _has_nothing


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
