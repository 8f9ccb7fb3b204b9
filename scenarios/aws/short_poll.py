"""What a short poll of SQS finds, in any world: it asks some of the servers, where a long poll asks them all."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator
from functools import cache
from itertools import accumulate
from math import comb

from scenarios.schema.services import Sqs

SMALL_QUEUE = 1000  # messages; with fewer "you most likely get fewer messages than you requested": ReceiveMessage


class ShortPolls:
    """Those of one caller, or of all; `misses` and `finds` are streams of numbers in [0, 1)."""

    def __init__(self, sqs: Sqs, misses: Iterator[float], finds: Iterator[float]) -> None:
        self._empty_probability, self._share = sqs.empty_probability, sqs.short_poll_share
        self._misses, self._finds = misses, finds

    def most(self, wanted: int, visible: int) -> int:
        """How many messages a poll that wants so many gets at most, where so many are visible; 0 if it misses all.

        A queue is not mistaken for an empty one by `short_poll_share`: that is what `empty_probability` is for.
        """
        if self._empty_probability and next(self._misses) < self._empty_probability:
            return 0
        if self._share == 1.0 or visible >= SMALL_QUEUE:
            return wanted
        there = min(wanted, visible)
        return 1 if there < 2 else max(1, bisect(_cumulated(there, self._share), next(self._finds)))


@cache
def _cumulated(messages: int, share: float) -> list[float]:
    """The binomial distribution: of so many messages up to 0, 1, 2 … are found, each with the probability `share`."""
    chances = (comb(messages, k) * share**k * (1.0 - share) ** (messages - k) for k in range(messages))
    return list(accumulate(chances))
