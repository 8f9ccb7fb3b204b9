"""Encoded words in header texts (RFC 2047), decoded in linear time: the standard library's own decoder is quadratic."""

from __future__ import annotations

import re
from base64 import b64decode
from email.quoprimime import header_decode
from itertools import groupby

from loadtests.endpoint.parsing.json_text import well_formed

_WORD = r"=\?([\w.:+-]{1,40})(?:\*[\w-]*)?\?([bBqQ])\?([^?]*)\?="  # with the language of RFC 2231
_ONE = re.compile(_WORD)
_ROW = re.compile(rf"{_WORD}(?:\s+{_WORD})*")


def decoded(text: str) -> str:
    """A header as people read it; words in an unknown charset, or that are none, stay as they are."""
    return _ROW.sub(_row, text) if "=?" in text else text


def _row(match: re.Match[str]) -> str:
    """White space between encoded words is not shown, and a character may be split between two of one charset."""
    rows = groupby(_ONE.finditer(match[0]), key=lambda word: word[1].lower())
    return "".join(_text(charset, list(words)) for charset, words in rows)


def _text(charset: str, words: list[re.Match[str]]) -> str:
    try:
        return well_formed(b"".join(map(_bytes, words)).decode(charset, errors="replace"))
    except (LookupError, ValueError):
        return " ".join(word[0] for word in words)


def _bytes(word: re.Match[str]) -> bytes:
    """Raises ValueError for what is neither base64 nor Q."""
    _, encoding, text = word.groups()
    return b64decode(text + "=" * (-len(text) % 4)) if encoding in "bB" else header_decode(text).encode("latin-1")
