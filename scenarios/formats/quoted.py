"""A user's own words as messages quote them; it needs nothing, so that whatever speaks to people can."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

_LONGEST_QUOTED = 60
_MOST_QUOTED = 3


def cut(text: str) -> str:
    """As much of the user's own text as tells which it is."""
    return text if len(text) <= _LONGEST_QUOTED else f"{text[: _LONGEST_QUOTED - 1]}…"


def some(words: Sequence[str]) -> str:
    """The first of them, and how many more there are."""
    more = f" and {len(words) - _MOST_QUOTED:,} more" if len(words) > _MOST_QUOTED else ""
    return ", ".join(map(cut, words[:_MOST_QUOTED])) + more


def unknown(what: str, word: str, known: list[str]) -> str:
    """A hint for a misspelt word: the nearest known one, or all of them when none is near."""
    near = get_close_matches(word, known, n=1)
    hint = f"did you mean '{near[0]}'?" if near else f"known are {', '.join(known)}"
    return f"unknown {what} '{cut(word)}', {hint}"


def printable(text: object) -> str:
    """The text on one line, whatever a file's name holds."""
    said = str(text)
    if said.isprintable():  # as nearly all are: a table of a hundred thousand rows is spelt out in no time
        return said
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "replace").decode() for c in said)
