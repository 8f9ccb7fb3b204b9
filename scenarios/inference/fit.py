"""Which limiters explain the calls, how well each does, and between which bounds its parameters are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from scenarios.inference.calls import Calls, Floats
from scenarios.inference.likelihood import likelihood
from scenarios.inference.models import Candidates
from scenarios.inference.population import Effort, Population, Told, population
from scenarios.inference.suppositions import Bounds, Space, Supposition, bounds, suppositions
from scenarios.traffic.chance import generator

MOST_CALLS = 1_500
"""The first of a longer trace: more would take minutes, and tell little more."""
SLIP = 1e-3
"""The probability that a call comes out otherwise than the right limiter explains, while nothing says more."""
MOST_SLIPS = 0.2
UNEXPLAINED = 0.02
"""Of the calls: with more, the best supposition is a poor one."""
ALIVE = 0.01
"""The least weight of a supposition that is still believed."""
SINGLE, SCOUTS, SURVEY = Effort(200, 30, 1), Effort(60, 14, 10), Effort(80, 12, 120)
BEHIND = 12.0
"""A supposition so much less likely, as a logarithm, is not looked at more closely."""
LOST = 40.0
"""One that is so much less likely stays behind, whatever further calls say."""
SIDES = (0.025, 0.975)


class Interval(NamedTuple):
    """The median of a parameter, and between what it is with 95 % probability."""

    low: float
    median: float
    high: float


class Explanation(NamedTuple):
    """A supposition with its probability; `capacity` is a burst, or what a window holds."""

    supposition: Supposition
    weight: float
    log_evidence: float
    unexplained: int
    rate_per_s: Interval
    capacity: Interval
    refusal_cost: Interval
    phase_s: Interval
    points: Candidates
    weights: Floats


class Fit(NamedTuple):
    """All explanations, the most probable first; `calls` are those that were looked at."""

    calls: Calls
    within: Bounds
    explanations: Sequence[Explanation]

    @property
    def alive(self) -> list[Explanation]:
        return [one for one in self.explanations if one.weight >= ALIVE]

    @property
    def possible(self) -> list[Supposition]:
        """Those that further calls may still make the best."""
        most = self.explanations[0].log_evidence
        return [one.supposition for one in self.explanations if one.log_evidence > most - LOST]

    @property
    def is_explained(self) -> bool:
        """Whether some limiter alone makes nearly all of the outcomes."""
        return self.explanations[0].unexplained <= max(1, UNEXPLAINED * len(self.calls.at_s))


def fitted(
    calls: Calls,
    rate_per_s: float | None = None,
    show: Callable[[str], None] = lambda _: None,
    among: Sequence[Supposition] = tuple(suppositions()),
) -> Fit:
    """`rate_per_s` is what SES says that the account may send; `show` is told what is being looked at."""
    calls = calls.first(MOST_CALLS)
    within = bounds(calls, rate_per_s)
    found = _all(calls, within, SLIP, show, among)
    share = found[0].unexplained / len(calls.at_s)
    if share > UNEXPLAINED:
        found = _all(calls, within, min(share, MOST_SLIPS), show, among)
    return Fit(calls, within, found)


def _all(
    calls: Calls, within: Bounds, slip: float, show: Callable[[str], None], among: Sequence[Supposition]
) -> Sequence[Explanation]:
    """Each supposition is looked at; those that come near the best are looked at closely."""
    chance = generator(0, "inference")
    scouted: list[tuple[Supposition, Population]] = []
    best_log = -np.inf
    for one in among:
        show(str(one))
        found = _population(one, calls, within, slip, SCOUTS if one.shards > 1 else SINGLE, chance, best_log)
        if found is not None:
            scouted.append((one, found))
            best_log = max(best_log, found.best_log)
    most = max(found.log_evidence for _, found in scouted)
    surveyed = []
    for one, found in scouted:
        if one.shards > 1 and found.log_evidence > most - BEHIND:
            show(f"{one}, closely")
            closer = _population(one, calls, within, slip, SURVEY, chance, best_log)
            found = closer or found
        surveyed.append((one, found))
    return _weighed(calls, within, surveyed)


def _population(
    one: Supposition,
    calls: Calls,
    within: Bounds,
    slip: float,
    effort: Effort,
    chance: np.random.Generator,
    best_log: float,
) -> Population | None:
    space, needed = Space(one, calls, within), one.needed(calls)

    def measure(points: Floats) -> Told:
        candidates = space.candidates(points)
        told = likelihood(calls, candidates, one.build, needed, one.shards, slip, effort.histories, chance)
        return Told(space.log_prior(points, candidates), told.log, told.unexplained)

    return population(space.lows, space.highs, measure, effort, chance, best_log)


def _weighed(calls: Calls, within: Bounds, found: Sequence[tuple[Supposition, Population]]) -> Sequence[Explanation]:
    """All suppositions are as likely as another beforehand."""
    evidence = np.array([population.log_evidence for _, population in found])
    weights = np.exp(evidence - evidence.max())
    weights /= weights.sum()
    made = [
        _explanation(Space(one, calls, within), one, population, float(weight))
        for (one, population), weight in zip(found, weights, strict=True)
    ]
    return sorted(made, key=lambda one: -one.weight)


def _explanation(space: Space, one: Supposition, found: Population, weight: float) -> Explanation:
    points = space.candidates(found.points)
    rate = points.rate_per_s if one.has_burst else points.capacity
    return Explanation(
        supposition=one,
        weight=weight,
        log_evidence=found.log_evidence,
        unexplained=found.unexplained,
        rate_per_s=_interval(rate, found.weights),
        capacity=_interval(points.capacity, found.weights),
        refusal_cost=_interval(points.refusal_cost, found.weights),
        phase_s=_interval(points.phase_s, found.weights),
        points=points,
        weights=found.weights,
    )


def _interval(values: Floats, weights: Floats) -> Interval:
    order = np.argsort(values)
    sums = np.cumsum(weights[order])
    at = np.searchsorted(sums, np.array([SIDES[0], 0.5, SIDES[1]]) * sums[-1])
    return Interval(*(float(values[order[min(index, len(order) - 1)]]) for index in at))
