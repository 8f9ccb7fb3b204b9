"""The parameters that explain the calls, as a weighted population, and how well they do so on the whole.

Population Monte Carlo (Cappé, Guillin, Marin and Robert, 2004) with a tempered likelihood: a population drawn from the
prior moves, round by round, to where the likelihood is, which at first counts only as far as a third of the population
still matters. The last rounds count it whole. They give the posterior, and the mean of prior times likelihood over what
was proposed is the evidence: the probability of the calls under the supposition, whatever its parameters.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenarios.inference.calls import Floats
from scenarios.inference.proposals import proposed

WHOLE_ROUNDS = 4  # with the likelihood counted whole, once the population has settled
UNSETTLED_ROUNDS = 8  # the last ones of a population that does not settle: fewer points of each matter
MATTERING = 0.21  # of a population, while the likelihood is tempered
SETTLED = 0.12  # of a population: as many matter in the end
REACH = (np.inf, np.inf, 400.0, 200.0, 120.0, 80.0, 50.0)
FIRST_HEAT = 1e-3  # the share of the likelihood's logarithm that counts at first
COOLED = np.geomspace(1.0, 1e-3, 31)  # shares of the likelihood's logarithm that are tried in the end
HASTE = 1.1  # by as much more at least it counts in the next round


class Told(NamedTuple):
    """Of each point: the logarithms of prior density and likelihood, and how many calls it can hardly explain."""

    log_prior: Floats
    log: Floats
    unexplained: NDArray[np.int64]


class Effort(NamedTuple):
    """How many points there are, for how many rounds at most, and in how many histories shards are followed.

    Of so many calls one is looked at as having met any shard, and others as having met one that is drawn.
    """

    points: int
    rounds: int
    histories: int
    branched_every: int = 1


Measure = Callable[[Floats], Told]


class Population(NamedTuple):
    """A row each of parameters, with weights that add up to 1, and the logarithm of the evidence.

    `log` and `unexplained` are of each point; `noise` is by how much two halves of the points differ in the evidence.
    """

    points: Floats
    weights: Floats
    log_evidence: float
    noise: float
    log: Floats
    unexplained: NDArray[np.int64]

    @property
    def best_log(self) -> float:
        return float(self.log.max())


class _Round(NamedTuple):
    """Points, what was told of them, and the logarithm of prior density over the density they were drawn from."""

    points: Floats
    told: Told
    ratio: Floats

    def weights(self, heat: float) -> Floats:
        """With so much of the likelihood's logarithm counted."""
        logs = heat * self.told.log + self.ratio
        weights = np.exp(logs - logs.max())
        normal: Floats = weights / weights.sum()
        return normal

    def matter(self, heat: float) -> float:
        """How many of the points do: the effective sample size."""
        return float(1.0 / (self.weights(heat) ** 2).sum())


def population(
    lows: Floats,
    highs: Floats,
    measure: Measure,
    effort: Effort,
    chance: np.random.Generator,
    best_log: float = -np.inf,
    begun: Population | None = None,
) -> Population | None:
    """Of points that are anywhere between the bounds at first, or near those of one that was `begun` with less effort.

    None where none is possible. Ends early where another supposition's best likelihood, `best_log`, is out of reach.
    """
    span, size = highs - lows, effort.points
    if begun is None:
        points, log_proposed = _stratified(lows, span, size, chance), np.full(size, -np.log(span).sum())
    else:
        points, log_proposed = proposed(begun.points, begun.weights, lows, highs, size, chance)
    heat = FIRST_HEAT
    rounds: list[_Round] = []
    whole: list[_Round] = []
    for number in range(effort.rounds):
        told = measure(points)
        if np.isneginf(told.log_prior).all():
            return None
        last = _Round(points, told, told.log_prior - log_proposed)
        heat = _heat(last, heat)
        rounds.append(last)
        if heat >= 1.0 and last.matter(1.0) >= SETTLED * size:
            whole.append(last)
        if len(whole) >= WHOLE_ROUNDS or told.log.max() < best_log - _reach(number):
            break
        points, log_proposed = proposed(points, last.weights(heat), lows, highs, size, chance)
    return _of(whole if len(whole) >= WHOLE_ROUNDS else rounds[-UNSETTLED_ROUNDS:], WHOLE_ROUNDS * SETTLED * size)


def _reach(number: int) -> float:
    """How far behind the best a population may be after so many rounds, and still catch up."""
    return REACH[number] if number < len(REACH) else REACH[-1]


def _of(rounds: list[_Round], mattering: float) -> Population:
    """Of all rounds together. Where so few of their points matter, they weigh by a part of the likelihood only.

    So intervals are rather too wide than too narrow where the likelihood is estimated badly.
    """
    every = _Round(
        np.concatenate([one.points for one in rounds]),
        Told(*(np.concatenate(column) for column in zip(*(one.told for one in rounds), strict=True))),
        np.concatenate([one.ratio for one in rounds]),
    )
    log_weights = every.told.log + every.ratio
    one, other = _log_mean(log_weights[::2]), _log_mean(log_weights[1::2])
    noise = abs(one - other) if np.isfinite((one, other)).all() else np.inf
    weights = every.weights(_least_cooled(every, mattering))
    return Population(every.points, weights, _log_mean(log_weights), noise, every.told.log, every.told.unexplained)


def _log_mean(logs: Floats) -> float:
    """The logarithm of the mean of what has these logarithms."""
    most = logs.max()
    return float(most + np.log(np.exp(logs - most).mean())) if np.isfinite(most) else -np.inf


def _stratified(lows: Floats, span: Floats, size: int, chance: np.random.Generator) -> Floats:
    """A Latin hypercube: each parameter's values are spread evenly."""
    columns = [(chance.permutation(size) + chance.random(size)) / size for _ in lows]
    return lows + span * np.column_stack(columns)


def _heat(one: _Round, before: float) -> float:
    """As much more of the likelihood as leaves enough points that matter; all of it, if that does."""
    heat = 1.0 if one.matter(1.0) >= SETTLED * len(one.points) else _most_heat(one, before, MATTERING)
    return heat if heat > before else min(1.0, before * HASTE)


def _least_cooled(one: _Round, mattering: float) -> float:
    """The whole likelihood, if enough points matter then; else as much of it as lets most of them matter.

    With hardly any of it those that were drawn far from all others outweigh the rest.
    """
    matter = np.array([one.matter(heat) for heat in COOLED])
    enough = np.flatnonzero(matter >= mattering)
    return float(COOLED[enough[0] if len(enough) else matter.argmax()])


def _most_heat(one: _Round, least: float, mattering: float) -> float:
    low, high = least, 1.0
    if one.matter(high) >= mattering * len(one.points):
        return high
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (middle, high) if one.matter(middle) >= mattering * len(one.points) else (low, middle)
    return low
