"""Which limiters explain the calls, how well each does, and between which bounds its parameters are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from scenarios.inference.alike import alike, strict
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
SINGLE, SCOUTS, SURVEY = Effort(200, 30, 4), Effort(60, 6, 10, 4), Effort(40, 18, 100)
BEHIND = 12.0
"""A supposition so much less likely, as a logarithm, is not looked at more closely."""
LOST = 40.0
"""One that is so much less likely stays behind, whatever further calls say."""
MOST_NOISE = 50.0
"""Of an evidence's logarithm, where half of the points have found nothing."""
SIDES = (0.025, 0.975)
REMOTE = 5e-3
"""Of a probability: farther out than that to one side no interval goes."""
ALIKE = 1e-6
"""Logarithms that differ by less are of points that explain the calls as well."""


Sides = tuple[float, float, float]
Populations = Mapping[Supposition, Population]
NOTHING: Populations = MappingProxyType({})


class Interval(NamedTuple):
    """The best value of a parameter, its median, and between what it is with 95 % probability."""

    low: float
    median: float
    high: float
    best: float


class Explanation(NamedTuple):
    """A supposition with its probability; `capacity` is a burst, or what a window holds.

    The best values of its parameters belong together: they are those of the point that explains most, and `unexplained`
    calls contradict just that one. Medians are of one parameter each, and no limiter has to be at all of them.
    """

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
    """All explanations, the most probable first; `calls` are those that were looked at.

    `populations` are where a fit of more calls begins. `rivals` explain a half of the calls each, where that is as
    good as what explains all of them.
    """

    calls: Calls
    within: Bounds
    explanations: Sequence[Explanation]
    populations: Populations
    rivals: tuple[Explanation, Explanation] | None = None

    @property
    def alive(self) -> list[Explanation]:
        return [one for one in self.explanations if one.weight >= ALIVE]

    @property
    def possible(self) -> Sequence[Supposition]:
        """Those that further calls may still make the best."""
        most = self.explanations[0].log_evidence
        return [one.supposition for one in self.explanations if one.log_evidence > most - LOST]

    @property
    def is_explained(self) -> bool:
        """Whether some limiter alone makes nearly all of the outcomes, and nothing else does as well."""
        return self.rivals is None and self.explanations[0].unexplained <= max(1, UNEXPLAINED * len(self.calls.at_s))


def fitted(
    calls: Calls,
    rate_per_s: float | None = None,
    show: Callable[[str], None] = lambda _: None,
    among: Sequence[Supposition] = tuple(suppositions()),
    before: Populations = NOTHING,
) -> Fit:
    """`rate_per_s` is what SES says that the account may send; `show` is told what is being looked at.

    The populations that fewer calls of the same limiter have left, `before`, save most of the search.
    """
    calls = calls.first(MOST_CALLS)
    within = bounds(calls, rate_per_s)
    among = [one for one in among if one.can_be(within)]
    found = _all(calls, within, SLIP, show, among, before)
    explanations = _weighed(calls, within, found)
    share = explanations[0].unexplained / len(calls.at_s)
    if share > UNEXPLAINED:
        found = _all(calls, within, min(share, MOST_SLIPS), show, among, found)
        explanations = _weighed(calls, within, found)
    return Fit(calls, within, explanations, found)


def _all(
    calls: Calls,
    within: Bounds,
    slip: float,
    show: Callable[[str], None],
    among: Sequence[Supposition],
    before: Populations,
) -> Populations:
    """Each supposition is looked at; those that come near the best are looked at closely."""
    chance = generator(0, "inference")
    found: dict[Supposition, Population] = {}
    best_log = -np.inf
    for number, one in enumerate(among, 1):
        show(f"{number} of {len(among)}: {one}")
        effort, begun = SCOUTS if one.shards > 1 else SINGLE, before.get(one) or found.get(strict(calls, one))
        population = _population(one, calls, within, slip, effort, chance, best_log, begun)
        if population is not None:
            found[one], best_log = population, max(best_log, population.best_log)
    most = max(population.log_evidence for population in found.values())
    near = [one for one in found if one.shards > 1 and found[one].log_evidence > most - BEHIND]
    for one in near:
        show(f"{one}, closely")
        found[one] = _population(one, calls, within, slip, SURVEY, chance, best_log, found[one]) or found[one]
    for one in found:
        if (same := strict(calls, one)) in found:
            found[one] = found[same] = max(found[one], found[same], key=lambda each: each.log_evidence)
    return found


def _population(
    one: Supposition,
    calls: Calls,
    within: Bounds,
    slip: float,
    effort: Effort,
    chance: np.random.Generator,
    best_log: float,
    begun: Population | None,
) -> Population | None:
    space, needed = Space(one, calls, within), one.needed(calls)
    # of one bucket only instants are open, and of one window nothing is followed
    histories = effort.histories if one.shards > 1 or (one.has_burst and calls.half_s.any()) else 1

    def measure(points: Floats) -> Told:
        candidates = space.candidates(points)
        told = likelihood(
            calls, candidates, one.build, needed, one.shards, slip, histories, effort.branched_every, chance
        )
        return Told(space.log_prior(points, candidates), told.log, told.unexplained)

    return population(space.lows, space.highs, measure, effort, chance, best_log, begun)


def _weighed(calls: Calls, within: Bounds, found: Populations) -> Sequence[Explanation]:
    """All suppositions are as likely as another beforehand, and those that decide as the best does are so afterwards.

    A log odds that is only estimated counts less: its mean probability under a normal error of that spread is near that
    of the log odds divided by sqrt(1 + pi / 8 * variance) (MacKay, The Evidence Framework Applied to Classification
    Networks, 1992).
    """
    best = max(found, key=lambda one: found[one].log_evidence)
    same = {best, *_same(calls, within, found, best)}
    judged = [found[best if one in same else one] for one in found]
    evidence = np.array([population.log_evidence for population in judged])
    noise = np.array([min(population.noise, MOST_NOISE) for population in judged])
    behind = evidence.max() - evidence
    variance = noise**2 + noise[evidence.argmax()] ** 2
    weights = np.exp(-behind / np.sqrt(1 + np.pi / 8 * variance))
    weights /= weights.sum()
    made = [
        _explanation(Space(one, calls, within), one, population, float(weight))
        for (one, population), weight in zip(found.items(), weights, strict=True)
    ]
    return sorted(made, key=lambda one: (-one.weight, -one.log_evidence))


def _same(calls: Calls, within: Bounds, found: Populations, best: Supposition) -> list[Supposition]:
    """Those whose best parameters decide as the best supposition's do on all calls of such sizes.

    Their evidence is less only as they have more parameters, of which just these values do so: a rate that is a whole
    number, as those that SES names are. What blurred instants make of a window and of a bucket is only nearly the same.
    """
    apart = BEHIND if calls.half_s.any() else ALIKE
    capacity = _explanation(Space(best, calls, within), best, found[best], 1.0).capacity.best
    others = alike(calls, best, round(capacity))
    return [one for one in others if one in found and found[one].best_log >= found[best].best_log - apart]


def _explanation(space: Space, one: Supposition, found: Population, weight: float) -> Explanation:
    points = space.candidates(found.points)
    rate = points.rate_per_s if one.has_burst else points.capacity
    columns = (rate, points.capacity, points.refusal_cost, points.phase_s)
    sides = [_sides(column, found.weights) for column in columns]
    sides[1] = _whole(sides[1])
    if not one.has_burst:
        sides[0] = sides[1]
    best = _best(found, columns, sides)
    rate_per_s, capacity, refusal_cost, phase_s = (
        _interval(side, float(column[best])) for side, column in zip(sides, columns, strict=True)
    )
    return Explanation(
        supposition=one,
        weight=weight,
        log_evidence=found.log_evidence,
        unexplained=int(found.unexplained[best]),
        rate_per_s=rate_per_s,
        capacity=capacity,
        refusal_cost=refusal_cost,
        phase_s=phase_s,
        points=points,
        weights=found.weights,
    )


def _best(found: Population, columns: Sequence[Floats], sides: Sequence[Sides]) -> int:
    """The most likely point; of those that are as likely, which a flat top has many of, the one in the middle.

    A flat top reaches beyond what is probable. So the middle is by rate, the first column, of those within all sides.
    """
    believed = np.where(found.weights > 0, found.log, -np.inf)
    (top,) = np.nonzero(believed >= believed.max() - ALIKE)
    within = np.all(
        [(low <= column[top]) & (column[top] <= high) for (low, _, high), column in zip(sides, columns, strict=True)],
        axis=0,
    )
    top = top[within] if within.any() else top
    by_rate = top[np.argsort(columns[0][top], kind="stable")]
    return int(by_rate[len(by_rate) // 2])


def _sides(values: Floats, weights: Floats) -> Sides:
    """Between what one more draw would be with 95 % probability, and the median: of few draws that is farther out."""
    order = np.argsort(values, kind="stable")
    ordered, sums = values[order], np.cumsum(weights[order])
    matter = 1.0 / (weights**2).sum()
    places = (matter * (sums - weights[order] / 2) + 0.5) / (matter + 1)
    seen = (sums > REMOTE) & (sums - weights[order] < 1 - REMOTE)
    low, high = np.interp(SIDES, places[seen], ordered[seen])
    return float(low), float(ordered[np.searchsorted(sums, 0.5)]), float(high)


def _whole(sides: Sides) -> Sides:
    """Of whole numbers: out to those that the ends are between."""
    low, median, high = sides
    return float(np.floor(low)), median, float(np.ceil(high))


def _interval(sides: Sides, best: float) -> Interval:
    """With the best value inside, also where no best point has all of its values there."""
    low, median, high = sides
    return Interval(min(low, best), median, max(high, best), best)
