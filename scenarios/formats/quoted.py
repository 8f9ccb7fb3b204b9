"""A user's own words as messages quote them; it needs nothing, so that whatever speaks to people can."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

_LONGEST_QUOTED = 60
_MOST_QUOTED = 3
_MOST_LISTED = 30  # all keys of a scenario, or all that come with seslab; its figures are three times as many
_LONGEST_LISTED = 400  # letters; those of one account or tenant are few, but have long names


def cut(text: str) -> str:
    """As much of the user's own text as tells which it is."""
    return text if len(text) <= _LONGEST_QUOTED else f"{text[: _LONGEST_QUOTED - 1]}…"


def some(words: Sequence[str]) -> str:
    """The first of them, and how many more there are."""
    more = f" and {len(words) - _MOST_QUOTED:,} more" if len(words) > _MOST_QUOTED else ""
    return ", ".join(map(cut, words[:_MOST_QUOTED])) + more


def unknown(what: str, word: str, known: list[str]) -> str:
    """A hint for a misspelt word: the nearest known one, or all of them when none is near, of many the least far."""
    near = get_close_matches(word, known, n=1)
    hint = f"did you mean '{near[0]}'?" if near else _listed(cut(word), known)
    return f"unknown {what} '{cut(word)}', {hint}"


def _listed(word: str, known: list[str]) -> str:
    if not known:
        return "there are none"
    listed = ", ".join(known)
    if len(known) <= _MOST_LISTED and len(listed) <= _LONGEST_LISTED:
        return f"known are {listed}"
    least_far = get_close_matches(word, known, n=_MOST_QUOTED, cutoff=0.0)
    return f"nearest of {len(known):,} are {', '.join(map(cut, least_far))}"


def printable(text: object) -> str:
    """The text on one line, whatever a file's name holds."""
    said = str(text)
    if said.isprintable():  # as nearly all are: a table of a hundred thousand rows is spelt out in no time
        return said
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "replace").decode() for c in said)
