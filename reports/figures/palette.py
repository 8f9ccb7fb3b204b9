"""How each sender looks in every figure: one colour, marker, line style and hatch, told apart without colour too."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

from scenarios.ledger.ledger import Fate
from strategies.presentation.look import Look
from strategies.registry import STRATEGIES

_OF_USERS = {
    "ses-v2": Look("#332288", "p", (0, (7, 1)), "/-/-"),
    "ses-v1": Look("#882255", "d", (0, (2, 1)), "\\-\\-"),
    "smtp": Look("#7A4B1E", "<", (0, (5, 1, 1, 1)), "+x+x"),
    "sqs": Look("#2F6B5E", ">", (0, (3, 3)), "|x|x"),
    "http": Look("#8E63B8", "8", (0, (6, 1, 1, 1, 1, 1)), "-x-x"),
}
_SPARE = (
    Look("#117733", "h", (0, (8, 1, 2, 1)), "x|x"),
    Look("#8C7A00", "*", (0, (4, 1, 1, 1)), "//\\"),
    Look("#5B5B5B", "<", (0, (1, 3)), "---"),
)

INK = "#222222"
FAINT = "#8A8A8A"
FAULT = "#E4E4E4"
BAND = "#C9D3DC"
UNSENT = {
    "refused": ("refused (throttled or over quota)", "#9A9A9A", "////"),
    "failed": ("failed (server error)", "#8A2B2B", "\\\\\\\\"),
}
"""Name in the legend, colour and hatch of what SES did not accept."""
FATES: dict[Fate, tuple[str, str]] = {
    "accepted": ("", ""),  # in the strategy's own colour
    "pending": ("#FFFFFF", ""),
    "dead_lettered": ("#B0B0B0", "////"),
    "lost": ("#111111", ""),
}
"""Fill and hatch of each fate; what is lost is the darkest.

Hatches are lines: dots make an SVG ten times larger."""


_also: ContextVar[Mapping[str, Look]] = ContextVar("_also", default=MappingProxyType({}))


@contextmanager
def also(looks: Mapping[str, Look]) -> Iterator[None]:
    """Within the block these looks are known, too, unless the name is known by itself."""
    before = _also.set(looks)
    try:
        yield
    finally:
        _also.reset(before)


def look(strategy: str) -> Look:
    """The same look for the same name in every figure of every report."""
    own = getattr(STRATEGIES.get(strategy), "LOOK", None) or _OF_USERS.get(strategy)
    return own or _also.get().get(strategy) or _SPARE[zlib.crc32(strategy.encode()) % len(_SPARE)]
