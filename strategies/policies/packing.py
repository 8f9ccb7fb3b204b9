"""What one second holds: packs recipients into a budget without starving large mails, or a lane."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from strategies.policies.lanes import Turns


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


class Apart:
    """A budget a lane, which no other lane may use; a single one is that of all mail."""

    def __init__(self, per_tick: Sequence[float]) -> None:
        self.per_tick = tuple(per_tick)
        self._allowances = [Allowance(each) for each in per_tick]

    def next_tick(self) -> list[int]:
        """The most recipients of each lane."""
        return [allowance.next_tick() for allowance in self._allowances]

    def pack(self, waiting: Sequence[Sequence[int]], budgets: Sequence[int]) -> list[list[int]]:
        """By lane, indices of the mails that go out, by the sizes of those that wait."""
        return [pack(sizes, budget) for sizes, budget in zip(waiting, budgets, strict=True)]


class Common:
    """One budget, in which the lanes take turns.

    A lane whose turn finds too little left of the second has the first turn of the next, which holds any mail: so none
    waits for ever beside small ones. What does fit goes meanwhile.
    """

    def __init__(self, per_tick: float, shares: Sequence[float]) -> None:
        self.per_tick = (per_tick,) * len(shares)
        self._allowance, self._turns = Allowance(per_tick), Turns(shares)
        self._put_off: int | None = None

    def next_tick(self) -> list[int]:
        """The most recipients of each lane, which it has if the others send nothing."""
        return [self._allowance.next_tick()] * len(self.per_tick)

    def pack(self, waiting: Sequence[Sequence[int]], budgets: Sequence[int]) -> list[list[int]]:
        """By lane, indices of the mails that go out, by the sizes of those that wait."""
        chosen: list[list[int]] = [[] for _ in waiting]
        place, stay, left = [0] * len(waiting), [*map(len, waiting)], budgets[0]
        heads = [_head(sizes, 0) for sizes in waiting]
        first, self._put_off = (self._put_off, None) if left else (None, self._put_off)
        while left and any(heads):
            lane = self._turns.next(heads) if first is None or not heads[first] else first
            first = None
            if heads[lane] <= left:
                chosen[lane].append(place[lane])
                left -= heads[lane]
                self._turns.sent(lane, [*stay[:lane], heads[lane], *stay[lane + 1 :]])  # what does not fit waits, too
                stay[lane] -= 1
            elif self._put_off is None:
                self._put_off = lane
            place[lane] += 1
            heads[lane] = _head(waiting[lane], place[lane])
        return chosen


def _head(sizes: Sequence[int], at: int) -> int:
    return sizes[at] if at < len(sizes) else 0
