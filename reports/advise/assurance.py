"""How sure the choice is to be, and which differences do not matter."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count

FIRST_SHARE = 0.8
GRAIN = 0.01
"""As a share: what is less of the figure that the first is weighed against makes no difference."""


@dataclass(frozen=True, slots=True)
class Assurance:
    """A probability, and an indifference zone as a number of the figure's unit or as a share of the best.

    `campaigns_share` is in which share of campaigns the choice must be known to meet everything; None: whichever.
    """

    confidence: float
    zone: float
    is_share: bool
    campaigns_share: float | None = None

    def part(self, share: float) -> Assurance:
        """The same with that share of the error: several of them together are as sure as the whole."""
        return replace(self, confidence=1 - share * (1 - self.confidence))

    @property
    def error_of_admission(self) -> float:
        """Half of the error is for taking what is not admissible."""
        return (1 - self.confidence) / 2

    @property
    def error_of_equality(self) -> float:
        """A tenth is for calling equal to the best what is not; the rest for which is best."""
        return (1 - self.confidence) / 10

    @property
    def of_selection(self) -> float:
        return self.confidence + self.error_of_admission + self.error_of_equality

    def grain(self, value: float) -> float:
        """Which of the steps of a zone's size it lies on; more for more. Before the finals no less is told apart."""
        if not self.is_share and math.isfinite(value):
            return math.floor(value / self.zone)
        return share_grain(value, self.zone if self.is_share else 0.0)

    def as_good_as(self, best: float) -> float:
        """What is worse than the best by no more than the zone."""
        return reach(best, self.zone) if self.is_share else best + self.zone

    def zone_of(self, samples: Sequence[Sequence[float]]) -> float:
        """In the figure's unit: a share is one of the best mean, or of the largest where the best is nothing."""
        if not self.is_share:
            return self.zone
        means = sorted(abs(sum(values) / len(values)) for values in samples)
        return self.zone * (means[0] or means[-1] or 1.0)


def shares() -> Iterator[float]:
    """Of the error, each group's: if all finalists of one turn out not to be admissible, which is rare, the next play.

    Both errors are shared out, that of the choice and that of what it meets. However many groups it takes, and
    whichever the choice comes from, all of them together err no more often than was allowed.
    """
    yield FIRST_SHARE
    yield from ((1 - FIRST_SHARE) / 2**number for number in count(1))


def reach(best: float, share: float) -> float:
    """What is worse than the best by no more than that share of it."""
    return best + share * abs(best)


def share_grain(value: float, share: float) -> float:
    """The same in steps of a share of the value."""
    return math.floor(math.log(value) / math.log1p(share)) if 0 < value < math.inf and share else _end(value)


def _end(value: float) -> float:
    return value if value > 0 else -math.inf
