"""Warns of subscribers that cannot be told: of each at once, and then now and again, with how often it was."""

from __future__ import annotations

import logging
from threading import Lock
from time import monotonic
from typing import NamedTuple

from scenarios.formats.quoted import printable

AGAIN_S = 60.0
MOST_NAMED, OTHERS = 1_000, "one of many more subscribers"
ROOM = 300  # characters of a line

_log = logging.getLogger(__name__)


class Said(NamedTuple):
    """When a subscriber was last warned of, and what was not said since."""

    at_s: float
    unsaid: int


class Troubles:
    """One endpoint's subscribers; many threads have trouble with them."""

    def __init__(self) -> None:
        self._lock, self._said = Lock(), dict[str, Said]()

    def note(self, subscriber: str, why: object) -> None:
        """That it could not be told something."""
        name = subscriber[:ROOM]
        with self._lock:
            if name not in self._said and len(self._said) >= MOST_NAMED:
                name = OTHERS
            said, now_s = self._said.get(name, Said(float("-inf"), 0)), monotonic()
            is_due = now_s - said.at_s >= AGAIN_S
            self._said[name] = Said(now_s, 0) if is_due else Said(said.at_s, said.unsaid + 1)
        if is_due:
            _warn(name, why, said.unsaid)


def _warn(name: str, why: object, unsaid: int) -> None:
    often = f" {unsaid + 1:,} times" if unsaid else ""
    _log.warning("%s", printable(f"{name} could not be told{often}: {why}")[:ROOM])
