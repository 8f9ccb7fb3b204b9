"""JSON as documents have it: text that can be written again."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

_HALF = re.compile(r"\\u[dD][89a-fA-F]")


def parsed_json(text: str, constant: Callable[[str], Any]) -> Any:
    """The value; `constant` is asked what NaN and infinities are. Raises ValueError or RecursionError.

    Halves of characters, which JSON can spell and UTF-8 cannot, are refused.
    """
    value = json.loads(text, parse_constant=constant)
    if _HALF.search(text):
        json.dumps(value, ensure_ascii=False).encode()
    return value


def trouble(error: Exception) -> str:
    """What is wrong with a text that is not JSON, in words of ours."""
    match error:
        case json.JSONDecodeError():
            return f"breaks off or goes wrong at line {error.lineno}, column {error.colno}"
        case RecursionError():
            return "nested too deeply"
        case UnicodeDecodeError():
            return "not UTF-8 text"
        case UnicodeEncodeError():
            return "half a character, which UTF-8 cannot spell"
        case _:  # a number of thousands of digits, or what `constant` says
            return str(error).partition(":")[0]
