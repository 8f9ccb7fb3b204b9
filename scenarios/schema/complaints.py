"""One clear line for the first thing that is wrong with a scenario file or a document."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from scenarios.formats.quoted import cut
from scenarios.formats.toml import toml_key, toml_value

ONE_LINE = r"^[^\x00-\x1f\x7f]*$"
ONE_WORD = r"^\S+$"
WORD = r"^[A-Za-z][A-Za-z0-9-]{0,31}$"
CLOCK_TIME = r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$"
REGION = r"^[a-z]{2}(-[a-z]{2,12}){1,3}-[0-9]{1,2}$"
IDENTITY = r"^([!-?A-~]{1,64}@)?[A-Za-z0-9]([A-Za-z0-9.-]{0,188}[A-Za-z0-9])?$"
MONTH = r"^[1-8]\d{3}-(0[1-9]|1[0-2])$"
_OF_PATTERNS = {
    REGION: "must be an AWS Region such as us-east-1",
    IDENTITY: "must be a domain or an address such as mail.example.com",
    MONTH: "must be a month such as 2026-12",
    ONE_LINE: "must be one line of text",
    ONE_WORD: "must be one word",
    WORD: "must be a letter, then letters, digits or -, at most 32",
    CLOCK_TIME: 'must be a clock time from "00:00" to "23:59:59", such as "08:00"',
}
_ABSENT = object()

_SENTENCES: dict[str, str] = {
    "missing": "is required",
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "string_type": "must be a string",
    "finite_number": "must be a finite number",
    "greater_than": "must be greater than {gt:,.12g}",
    "greater_than_equal": "must be at least {ge:,.12g}",
    "less_than": "must be less than {lt:,.12g}",
    "less_than_equal": "must be at most {le:,.12g}",
    "too_short": "must have at least {min_length} item(s), has {actual_length}",
    "too_long": "must have at most {max_length} item(s)",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "model_type": "must be a table",
    "dict_type": "must be a table",
    "list_type": "must be an array",
    "is_instance_of": "must be an array",
    "sequence_str": "must be an array",
    "model_attributes_type": "must be a table",
    "value_error": "{error}",
    "union_tag_not_found": "is required; seslab schema lists what it may be",
}


def complaint(error: ValidationError, data: Any, write: Callable[[Any], str] = toml_value) -> str:
    """`key.path = value: what would be right`, for the first error in `data`, the parsed file.

    `write` shows a value in the file's own language.
    """
    first = error.errors(include_url=False)[0]
    path, value = _place(first, data)
    if not path:
        return _sentence(first)
    assigned = "" if value is _ABSENT else f" = {cut(write(value))}"
    return f"{dotted(path)}{assigned}: {_sentence(first)}"


def json_value(value: Any) -> str:
    """A value as JSON writes it."""
    return json.dumps(value, ensure_ascii=False)


def dotted(path: list[str | int]) -> str:
    """A path of keys and indices, such as `workload[0].recipients`."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{cut(toml_key(part))}" for part in path)
    return "".join(parts).removeprefix(".")


def _place(error: ErrorDetails, data: Any) -> tuple[list[str | int], Any]:
    """The path to the culprit and its value; pydantic's `loc` also holds tags of unions, which the file has not.

    A tag may be called like a key of its own table, such as the attribute that a split goes by.
    """
    path: list[str | int] = []
    for number, part in enumerate(error["loc"]):
        if _holds(data, part) and not _is_tag(data, part, error["loc"][number + 1 :]):
            path, data = [*path, part], data[part]
    for part in _inner_key(error):
        path, data = [*path, part], data[part] if _holds(data, part) else _ABSENT
    return path, data


def _holds(data: Any, part: str | int) -> bool:
    if isinstance(data, dict):
        return part in data
    return isinstance(data, list | tuple) and isinstance(part, int) and part < len(data)


def _is_tag(data: Any, part: str | int, further: tuple[str | int, ...]) -> bool:
    """Whether that is no key, since what comes further is beside it, and nothing can be inside it."""
    return not isinstance(data[part], dict | list | tuple) and any(_holds(data, other) for other in further)


def _inner_key(error: ErrorDetails) -> list[str | int]:
    """The key inside the table at `loc` that is to blame, where pydantic blames the table or cannot find the key."""
    context = error.get("ctx", {})
    if error["type"] == "missing":
        return [error["loc"][-1]]
    if "key" in context:
        return list(context["key"])
    return [context["discriminator"].strip("'")] if "discriminator" in context else []


def _sentence(error: ErrorDetails) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind in _CHOICES:
        return _CHOICES[kind](error)
    return _SENTENCES[kind].format_map(context) if kind in _SENTENCES else error["msg"]


def _of_pattern(pattern: str) -> str:
    return _OF_PATTERNS.get(pattern, f"must match {pattern}")


def _array(error: ErrorDetails) -> str:
    if error["loc"][:1] == ("thresholds",):
        return "must be an expression such as '*.recipients.lost == 0', or an array of them"
    name = next((part for part in reversed(error["loc"]) if isinstance(part, str)), "")
    return f"must be an array of tables, [[{name}]]" if isinstance(error["input"], dict) else "must be an array"


def _choice(named: str) -> Callable[[ErrorDetails], str]:
    def sentence(error: ErrorDetails) -> str:
        choices = re.findall(r"'([^']*)'", error["ctx"][named])
        if len(choices) == 1:
            return f'must be "{choices[0]}"'
        near = get_close_matches(str(error["ctx"].get("tag", error["input"])), choices, n=1)
        return f"must be one of {', '.join(choices)}" + "".join(f"; did you mean '{choice}'?" for choice in near)

    return sentence


_CHOICES: dict[str, Callable[[ErrorDetails], str]] = {
    "string_pattern_mismatch": lambda error: _of_pattern(error["ctx"]["pattern"]),
    "literal_error": _choice("expected"),
    "union_tag_invalid": _choice("expected_tags"),
    "tuple_type": _array,
}
