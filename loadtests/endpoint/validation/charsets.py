"""The charset of a text, by the name that a request gives it.

Source of the words: Netflix/lemur#841. Java's charsets are those that have a name here too.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Mapping
from typing import Any

from loadtests.endpoint.refusals import invalid

_OF_PYTHON = frozenset(("idna", "punycode", "raw_unicode_escape", "unicode_escape", "undefined", "mbcs", "oem"))
"""Encodings that are no charsets."""


def check_charsets(contents: Iterable[Mapping[str, Any]]) -> None:
    """Raises Refused for the first that is none."""
    for content in contents:
        name = content.get("Charset", "")
        if name and not _is_charset(name):
            raise invalid(f"Unsupported charset '{name}'.")


def _is_charset(name: str) -> bool:
    try:
        found = codecs.lookup(name)
        "".encode(name)  # which says no of what encodes no text
    except (LookupError, ValueError, UnicodeError):
        return False
    return found.name.replace("-", "_") not in _OF_PYTHON
