"""Errors of a function's handler: Lambda only tries again, so that a run would end without a word about them."""

from __future__ import annotations

from collections.abc import Iterable

from scenarios.outside.plug import bundle_of


class HandlerErrors:
    """Counts a function's invocations that ended with an error of its handler, and keeps the first error's words."""

    def __init__(self, function: str) -> None:
        self.function, self.count, self.first = function, 0, ""

    def note(self, said: str) -> None:
        self.count += 1
        self.first = self.first or " ".join(said.split())


def warnings_about(strategy: str, functions: Iterable[HandlerErrors]) -> list[str]:
    """A sentence for each function that had errors; none for those of seslab's own, which raise what they mean to."""
    if bundle_of(strategy) is None:
        return []
    return [
        f"function {one.function}: {one.count} invocations ended with an error of the handler, the first: {one.first}"
        for one in functions
        if one.count
    ]
