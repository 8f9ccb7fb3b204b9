"""Which pod gets the next mail, of pods with equal or unequal weights: the same in every world."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def round_robin(mails: range, pods: int, first: int = 0) -> Iterator[tuple[int, range]]:
    """Each pod's place and its mails, if they are dealt one by one beginning with place `first`; none without mails."""
    for offset in range(min(pods, len(mails))):
        yield (first + offset) % pods, mails[offset::pods]


class WeightedRoundRobin:
    """Each mail goes to the pod that is furthest behind its weight; of equals, to the first.

    `weights` are repeated when there are more pods than weights; only their proportions count.
    """

    __slots__ = ("_dealt", "_shares", "_total")

    def __init__(self, weights: Sequence[float], pods: Sequence[int]) -> None:
        mine = [weights[pod % len(weights)] for pod in pods]
        self._shares = [weight / sum(mine) for weight in mine]
        self._dealt, self._total = [0] * len(mine), 0

    def next(self) -> int:
        """The place of the next mail's pod in `pods`."""
        self._total += 1
        place = max(range(len(self._dealt)), key=self._lag)
        self._dealt[place] += 1
        return place

    def _lag(self, place: int) -> float:
        return self._total * self._shares[place] - self._dealt[place]
