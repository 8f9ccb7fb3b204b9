"""What a look at one thing came to: it is right, it is wrong, or it stays open; and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from scenarios.formats.quoted import cut

MOST_SAID = 1_000  # characters: three domains with names as long as may be, and a sentence

Verdict = Literal["right", "wrong", "open"]


class Finding(NamedTuple):
    """A line for people. `check` is the thing that was looked at; `code` names what was found, if it is not right.

    What is open cannot be judged, or is allowed although there is a better way, which `do` then says.
    """

    check: str
    verdict: Verdict
    code: str
    says: str
    do: str = ""


def looking_alike(texts: Sequence[str]) -> str:
    """Of a record that is not there: what stands there in its place, perhaps by a slip."""
    return f"; there is a TXT record that looks like one: {cut(texts[0])}" if texts else ""


def _bounded(says: str) -> str:
    """What DNS and SES say stands in it, and may have any length."""
    return says if len(says) <= MOST_SAID else f"{says[: MOST_SAID - 1]}…"


class Check(NamedTuple):
    """A thing to look at: it makes findings about itself."""

    name: str

    def right(self, says: str) -> Finding:
        return Finding(self.name, "right", "", _bounded(says))

    def wrong(self, code: str, says: str, do: str) -> Finding:
        return Finding(self.name, "wrong", code, _bounded(says), _bounded(do))

    def open(self, code: str, says: str, do: str = "") -> Finding:
        return Finding(self.name, "open", code, _bounded(says), _bounded(do))
