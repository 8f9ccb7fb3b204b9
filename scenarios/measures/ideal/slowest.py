"""The last admission and the latencies of a stream of them, of which only the slowest hundredth is kept.

Twice that for a moment: it is what an exact 99th percentile needs.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from scenarios.measures.ideal.admitted import Admitted, Floats


def summary(chunks: Iterator[Admitted], total: int) -> tuple[float, float, float]:
    """The last admission, the mean latency and its 99th percentile."""
    slowest, sums_s, last_s = Largest(total - -(-99 * total // 100) + 1), [], 0.0
    for intended_s, admitted_s in chunks:
        latency_s = admitted_s - intended_s
        slowest.add(latency_s)
        sums_s.append(float(latency_s.sum()))
        last_s = max(last_s, float(admitted_s[-1]))
    return last_s, math.fsum(sums_s) / total, slowest.smallest()


class Largest:
    """The `count` largest of a stream of values."""

    def __init__(self, count: int) -> None:
        self._count, self._kept, self._least = count, np.empty(0), -math.inf

    def add(self, values: Floats) -> None:
        """Sorts out only when twice as many are kept, so that each value costs the same however many there are."""
        self._kept = np.concatenate((self._kept, values[values > self._least]))
        if len(self._kept) >= 2 * self._count:
            self._least = self.smallest()

    def smallest(self) -> float:
        """The smallest of them; what is below is forgotten."""
        below = len(self._kept) - self._count
        self._kept = np.partition(self._kept, below)[below:]
        return float(self._kept[0])
