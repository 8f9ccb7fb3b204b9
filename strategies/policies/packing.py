"""What one second holds: packs recipients into a budget without starving large mails."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction


class Allowance:
    """Whole recipients per tick out of a rate that need not be whole; the fraction is carried to the next tick."""

    __slots__ = ("_left", "_per_tick")

    def __init__(self, per_tick: float) -> None:
        self._per_tick, self._left = Fraction(repr(per_tick)), Fraction(0)

    def next_tick(self) -> int:
        self._left += self._per_tick
        whole = int(self._left)
        self._left -= whole
        return whole


def pack(sizes: Sequence[int], budget: int) -> list[int]:
    """Indices of the mails that go out this second: in order, each that still fits.

    The first mail goes whenever the budget holds it at all, and what is left over stays in order: so a mail that waits
    moves up by at least one place a tick, however many small ones fit in beside the large.
    """
    chosen = []
    for index, size in enumerate(sizes):
        if size <= budget:
            chosen.append(index)
            budget -= size
        if not budget:
            break
    return chosen
