"""Errors of a function's handler: Lambda only tries again, so that a run would end without a word about them."""

from __future__ import annotations

from collections.abc import Mapping

from scenarios.outside.blame import told
from scenarios.outside.plug import bundle_of
from strategies.presentation.words import counted
from strategies.raised import Raised


class HandlerErrors:
    """Counts a function's invocations that ended with an error of its handler, and keeps the first error."""

    def __init__(self) -> None:
        self.count = 0
        self.first: Raised | None = None

    def note(self, raised: Raised) -> None:
        self.count += 1
        self.first = self.first or raised


def warnings_about(strategy: str, functions: Mapping[str, HandlerErrors]) -> list[str]:
    """A sentence for each function that had errors; none for those of seslab's own, which raise what they mean to."""
    bundle = bundle_of(strategy)
    if bundle is None:
        return []
    return [
        f"function {name}: {counted(errors.count, 'invocation')} ended with an error of the handler, "
        f"the first: {told(bundle, errors.first)}"
        for name, errors in functions.items()
        if errors.first is not None
    ]
