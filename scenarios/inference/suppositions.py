"""What is supposed of a limiter before its parameters are known: its kind, its shards, and whether refusals cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import ceil, floor, log
from typing import Literal, NamedTuple

import numpy as np

from scenarios.inference.calls import Calls, Floats
from scenarios.inference.likelihood import Build, least_capacity
from scenarios.inference.models import CRUMB, Buckets, Candidates, FixedWindows, SlidingWindows

Kind = Literal["token-bucket", "debt", "fixed-window", "sliding-window"]
KINDS: tuple[Kind, ...] = ("token-bucket", "debt", "fixed-window", "sliding-window")
MOST_SHARDS = 4
LEAST_EFFECTIVE = 0.5
"""Of a known rate: less has never been reported."""
MOST_BURST_S = 4.0
"""Of a known rate, in seconds' worth: bursts are "short" (SES developer guide, Managing your sending limits)."""
SPREAD = 4.0
"""Of an unknown rate: as much above the mean and the busiest second, and below them."""


BUILDERS: Mapping[Kind, Build] = {
    "token-bucket": Buckets,
    "debt": Buckets,
    "fixed-window": FixedWindows,
    "sliding-window": SlidingWindows,
}


class Supposition(NamedTuple):
    """Of one departure at a time: several shards, or refusals that cost."""

    kind: Kind
    shards: int = 1
    costly: bool = False

    def __str__(self) -> str:
        shards = f", {self.shards} shards" if self.shards > 1 else ""
        return f"{self.kind}{shards}{', refusals cost' if self.costly else ''}"

    @property
    def has_burst(self) -> bool:
        return self.kind in ("token-bucket", "debt")

    @property
    def build(self) -> Build:
        return BUILDERS[self.kind]

    def can_be(self, within: Bounds) -> bool:
        """Whether there is a recipient for each shard."""
        return self.shards <= (within.burst if self.has_burst else max(1, floor(within.rate_per_s[1])))

    def needed(self, calls: Calls) -> Floats:
        """What a call must find to be let through."""
        return np.ones_like(calls.recipients) if self.kind == "debt" else calls.recipients


class Bounds(NamedTuple):
    """Between which the rate is, and up to where the burst may be."""

    rate_per_s: tuple[float, float]
    burst: float


def suppositions() -> Iterator[Supposition]:
    """All that are tried, those of one shard first."""
    for shards in range(1, MOST_SHARDS + 1):
        yield from (Supposition(kind, shards) for kind in KINDS)
        if shards == 1:
            yield from (Supposition(kind, 1, costly=True) for kind in KINDS)


def bounds(calls: Calls, rate_per_s: float | None) -> Bounds:
    """By a known rate, or else by what was accepted."""
    busiest = max(1, calls.busiest_second())
    if rate_per_s is not None:
        return Bounds(
            (LEAST_EFFECTIVE * rate_per_s, rate_per_s * 1.02), max(ceil(MOST_BURST_S * rate_per_s), 2 * busiest, 2)
        )
    lasted_s = float(calls.at_s[-1] - calls.at_s[0])
    mean = calls.accepted_recipients / max(lasted_s, 1.0)
    return Bounds((max(0.05, min(mean, busiest) / SPREAD), max(mean, busiest) * SPREAD), SPREAD * busiest + 1)


class Space:
    """The parameters of a supposition as points of a box.

    A capacity is told by how far it is above the least one that the accepted calls need: log(1 + slack). Where they
    need more than there can be, it is the most, and some contradict it: otherwise a fixed window would be impossible
    wherever its phase is not met to the millisecond, and no search would find out where it is.
    """

    def __init__(self, supposition: Supposition, calls: Calls, within: Bounds) -> None:
        self._supposition, self._calls, self._within = supposition, calls, within
        (low, high), shards = within.rate_per_s, supposition.shards
        self._least: float
        self._most: float
        self._least, self._most = (
            (shards, within.burst) if supposition.has_burst else (max(shards, floor(low)), max(1, floor(high)))
        )
        sides = [(0.0, log(1 + self._most))]
        if supposition.has_burst:
            sides.append((log(low), log(high)))
        if supposition.kind == "fixed-window":
            sides.append((0.0, 1.0))
        if supposition.costly:
            sides.append((0.0, 1.0))
        self.lows, self.highs = np.array(sides).T

    def candidates(self, points: Floats) -> Candidates:
        columns = list(points.T)
        slack = np.floor(np.expm1(columns.pop(0)))
        zero = np.zeros_like(slack)
        rate = np.exp(columns.pop(0)) if self._supposition.has_burst else zero + 1
        phase = columns.pop(0) if self._supposition.kind == "fixed-window" else zero
        cost = columns.pop(0) if self._supposition.costly else zero
        open_ended = Candidates(rate, zero, cost, phase)
        return open_ended._replace(capacity=self._least_capacity(open_ended) + slack)

    def _least_capacity(self, of: Candidates) -> Floats:
        """Shards in debt owe more between them than all of them hold: there the accepted calls need no capacity."""
        one = self._supposition
        if one.kind == "debt" and one.shards > 1:
            return np.full_like(of.rate_per_s, self._least)
        least = least_capacity(self._calls, of, one.build, one.needed(self._calls))
        return np.clip(np.ceil(least - 2 * CRUMB), self._least, self._most)

    def log_prior(self, points: Floats, candidates: Candidates) -> Floats:
        """Every capacity is as likely as another beforehand, and so is every rate on a scale of ratios."""
        volume = np.log(self.highs - self.lows)[1:].sum() + log(self._most - self._least + 1)
        log_prior: Floats = np.where(candidates.capacity <= self._most, points[:, 0], -np.inf) - volume
        return log_prior
