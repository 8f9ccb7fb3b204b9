"""JSON from strangers: however deep, long or odd it is, it is either read or wrong."""

from __future__ import annotations

import json
import re
from typing import Any

MOST_VALUES = 100_000  # a bulk call to 50 times 50 recipients with 50 tags each has 13,000; each may take 100 bytes

_MARKS = ",[{"  # each value but the first follows one
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)


def loaded(text: str | bytes) -> Any:
    """What the text says; raises ValueError if it is no JSON, has too many values, or is nested beyond all use."""
    if has_too_many_values(text):
        raise ValueError(f"more than {MOST_VALUES} values")
    try:
        return json.loads(text, parse_constant=_no_json)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _no_json(constant: str) -> Any:
    """Python reads NaN and Infinity, which no other reader of JSON takes."""
    raise ValueError(f"{constant} is no JSON")


def has_too_many_values(text: str | bytes) -> bool:
    """Whether it would take many times its length, however it is read: strings are cheap, and may hold anything."""
    if len(text) <= MOST_VALUES:
        return False
    whole = text if isinstance(text, str) else text.decode(errors="replace")
    return _marks(whole, 0, len(whole)) > MOST_VALUES and _outside_of_strings(whole) > MOST_VALUES


def _outside_of_strings(text: str) -> int:
    """The marks there, or some of them that are enough."""
    marks = end = 0
    for string in _STRING.finditer(text):
        marks += _marks(text, end, string.start())
        end = string.end()
        if marks > MOST_VALUES:
            return marks
    return marks + _marks(text, end, len(text))


def _marks(text: str, start: int, end: int) -> int:
    return sum(text.count(mark, start, end) for mark in _MARKS)


def well_formed(text: str) -> str:
    """The text with a question mark for each half of a character, which JSON can spell and UTF-8 cannot."""
    return text if text.isascii() else text.encode(errors="replace").decode()
