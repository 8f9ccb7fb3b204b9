"""How likely candidates make what was observed, whichever shards the calls have met.

Which shard a call met is not observed, nor where within its bounds it was decided. A particle filter follows some
possible histories of each candidate: each goes on in all shards that the call may have met, or in one drawn among those
that explain its outcome, and histories that weigh little give way to others. The estimate of the likelihood is unbiased
(Andrieu, Doucet and Holenstein, Particle Markov chain Monte Carlo methods, 2010). One shard whose calls have exact
instants needs no chance: one history is exact.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenarios.inference.calls import Calls, Floats
from scenarios.inference.histories import branched, drawn, resampled
from scenarios.inference.models import Bools, Candidates, Model

RESAMPLED_EVERY = 6
UNLIKELY = 0.02

Build = Callable[[Calls, Candidates, Floats, int], Model]


class Likelihood(NamedTuple):
    """Of each candidate: the logarithm, and how many calls came out as it can hardly explain."""

    log: Floats
    unexplained: NDArray[np.int64]


def least_capacity(calls: Calls, candidates: Candidates, build: Build, needed: Floats) -> Floats:
    """What a limiter of any number of shards must hold to have let through what was accepted."""
    number = len(candidates.rate_per_s)
    boundless = candidates._replace(capacity=np.full(number, np.inf), refusal_cost=np.zeros(number))
    model = build(calls, boundless, needed, 1)
    whole, middle, least = np.zeros(number, np.intp), np.full(number, 0.5), np.zeros(number)
    for call in range(len(calls.at_s)):
        if calls.accepted[call]:
            np.maximum(least, model.least(call)[:, 0] + needed[call], out=least)
            model.meet(call, middle)
            model.follow(None, whole)
    return least


def likelihood(
    calls: Calls,
    candidates: Candidates,
    build: Build,
    needed: Floats,
    shards: int,
    slip: float,
    histories: int,
    branched_every: int,
    chance: np.random.Generator,
) -> Likelihood:
    """A call is as likely as the share of its instants, anywhere within their bounds, that make it so.

    `slip` is the probability that a call comes out otherwise than any limiter explains, above 0. So many `histories`
    are followed of each candidate, and of so many calls one goes on in all shards that it may have met; others meet one
    that is drawn. Only what no instant explains counts as contradicted.
    """
    number, is_followed = len(candidates.rate_per_s), shards == 1 and histories > 1
    model = build(calls, candidates.rows(np.repeat(np.arange(number), histories)), needed, shards)
    weights: Floats = np.full((number, histories), 1.0 / histories)
    if shards > 1:  # all histories begin alike, and as one
        weights[:] = np.arange(histories) == 0
    log, unexplained = np.zeros(number), np.zeros(number, np.int64)
    middle = np.full(number * histories, 0.5)
    dealt = np.full(shards, 1 / shards)
    for call in range(len(calls.at_s)):
        outcome, is_blurred = model.outcome(call), calls.half_s[call] > 0
        of_shards = (weights[:, :, None] / shards) * _likely(outcome.share, slip).reshape(number, histories, shards)
        told = of_shards @ np.ones(shards)
        of_all = told.sum(axis=1)
        possible = of_all
        if is_blurred:
            possible = (weights * (_likely(outcome.is_possible, slip) @ dealt).reshape(number, histories)).sum(axis=1)
        unexplained += possible < slip + UNLIKELY
        log += np.log(of_all)
        of_shards /= of_all[:, None, None]
        weights = told / of_all[:, None]
        model.meet(call, _spread(number, histories, chance) if is_blurred else middle)
        if shards > 1 and calls.accepted[call] and call % branched_every == 0:
            rows, met, weights = branched(of_shards, model.marks(), chance)
        else:
            rows, met = None, drawn(of_shards, chance) if calls.accepted[call] else np.argmax(outcome.share, axis=1)
            if is_followed and call % RESAMPLED_EVERY == 0:
                rows = resampled(weights, chance.random(number))
        model.follow(rows, met)
    return Likelihood(log, unexplained)


def _likely(share: Floats | Bools, slip: float) -> Floats:
    likely: Floats = slip + (1 - 2 * slip) * np.asarray(share, float)
    return likely


def _spread(number: int, histories: int, chance: np.random.Generator) -> Floats:
    """Where between its bounds a call is decided in each history, evenly spread over those of each candidate."""
    spread: Floats = (chance.permutation(histories)[None, :] + chance.random((number, 1))).ravel() / histories
    return spread
