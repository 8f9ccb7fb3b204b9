"""Wildcards of filter policies: `*` stands for any characters, also for none, and a backslash for itself or a star.

Source: aws/event-ruler, whose words for the other operators SNS has too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

ANY, ESCAPE = "*", "\\"
_TOKEN = re.compile(r"\\([*\\])|\\|\*|[^*\\]+")


@lru_cache(1_000)
def parts(pattern: str) -> tuple[str, ...]:
    """The texts between the stars, in their order. Raises ValueError for what is no pattern."""
    found, before = [""], ""
    for token in _TOKEN.finditer(pattern):
        at = token.start() + 1  # the library counts the quote before it
        if token[0] == before == ANY:
            raise ValueError(f"Consecutive wildcard characters at pos {at - 1}")
        if token[0] == ESCAPE:
            raise ValueError(f"Invalid escape character at pos {at}")
        if token[0] == ANY:
            found.append("")
        else:
            found[-1] += token[1] or token[0]
        before = token[0]
    return tuple(found)


def is_like(text: str, pattern: str) -> bool:
    """Whether the pattern stands for the text."""
    first, *middle = parts(pattern)
    if not middle:
        return text == first
    *between, last = middle
    at, end = len(first), len(text) - len(last)
    if not text.startswith(first) or not text.endswith(last):
        return False
    return _follow(text, between, at, end)


def _follow(text: str, between: Sequence[str], at: int, end: int) -> bool:
    """Whether these stand in the text one after the other, within these bounds; each as early as it can."""
    for part in between:
        found = text.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return at <= end
