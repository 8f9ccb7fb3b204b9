"""A domain as people write it, as DNS has it."""

from __future__ import annotations

import re

from scenarios.errors import BadInput
from scenarios.formats.quoted import cut, printable

MOST_CHARACTERS = 253
_LABEL = r"(?!-)[a-z0-9_-]{1,63}(?<!-)"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+(?=[^.]*[a-z]){_LABEL}")


def domain_of(text: str) -> str:
    """In lower case and ASCII, without a dot at its end. Raises BadInput for what is none."""
    try:
        name = text.removesuffix(".").encode("idna").decode().lower()
    except UnicodeError:
        name = ""
    if not _DOMAIN.fullmatch(name) or len(name) > MOST_CHARACTERS:
        raise BadInput(
            f"DOMAIN = {printable(cut(text))}: must be the domain that mail is from, such as news.example.com"
        )
    return name
