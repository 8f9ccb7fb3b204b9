"""Errors of a strategy from outside, on a line that says where in its file they are."""

from __future__ import annotations

from scenarios.outside.bundle import Bundle
from strategies.raised import Raised


def told(bundle: Bundle, raised: Raised) -> str:
    """The last line of the strategy's own that the error came through, and what it was; the same in every world."""
    own = {name: bundle.shown(path) for path in bundle.files for name in (path, bundle.shown(path))}
    places = [f"{own[file]}:{line}" for file, line in raised.lines.items() if file in own]
    return f"{places[-1] if places else bundle.reference}: {raised.words}"
