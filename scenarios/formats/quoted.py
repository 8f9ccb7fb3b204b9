"""A user's own words as messages quote them; it needs nothing, so that whatever speaks to people can."""

from __future__ import annotations

from difflib import get_close_matches

_LONGEST_QUOTED = 60


def cut(text: str) -> str:
    """As much of the user's own text as tells which it is."""
    return text if len(text) <= _LONGEST_QUOTED else f"{text[: _LONGEST_QUOTED - 1]}…"


def unknown(what: str, word: str, known: list[str]) -> str:
    """A hint for a misspelt word: the nearest known one, or all of them when none is near."""
    near = get_close_matches(word, known, n=1)
    hint = f"did you mean '{near[0]}'?" if near else f"known are {', '.join(known)}"
    return f"unknown {what} '{cut(word)}', {hint}"
