"""Keys of a TOML text, found before it is parsed: on a dotted key the library spends the square of its parts."""

from __future__ import annotations

import re

_PART = r"""(?:[\w-]++|"(?:[^"\\\n]|\\[^\n])*+"?|'[^'\n]*+'?)"""
_LONG_TEXTS = r'''"""(?:[^"\\]|\\.|"(?!""))*+"*+|\'\'\'(?:[^']|'(?!\'\'))*+'*+'''
_WORDS = re.compile(rf"{_LONG_TEXTS}|#[^\n]*+|(?P<key>{_PART}(?:[ \t]*+\.[ \t]*+{_PART})*+)", re.DOTALL)
"""Texts and comments, so that nothing in them passes for a key; what could be a key, a number among them. What has no
end goes on to that of its line or of the file, as for a parser, so that no sign is looked at twice."""


def first_key_of_more(text: str, parts: int) -> tuple[int, int] | None:
    """The line of the first key with more parts than these, and how many it has; None without one."""
    for word in _WORDS.finditer(text):
        if (key := word["key"]) and key.count(".") >= parts and (its := len(re.findall(_PART, key))) > parts:
            return text.count("\n", 0, word.start()) + 1, its
    return None
