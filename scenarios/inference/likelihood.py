"""How likely candidates make what was observed, whichever shards the calls have met.

Which shard a call met is not observed. A particle filter follows some possible histories of each candidate: each call
meets a shard drawn among those that explain its outcome, a history weighs what it made of the outcomes, and histories
that weigh little give way to others. The estimate of the likelihood is unbiased (Andrieu, Doucet and Holenstein,
Particle Markov chain Monte Carlo methods, 2010). A single shard needs no chance: one history is exact.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenarios.inference.calls import Calls, Floats
from scenarios.inference.models import CRUMB, Candidates, Model, shares

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
    model, rows = build(calls, boundless, needed, 1), np.arange(number)
    whole, least = np.zeros(number, np.intp), np.zeros(number)
    for call in range(len(calls.at_s)):
        at_least, _ = model.lacks(call)
        if calls.accepted[call]:
            np.maximum(least, at_least[:, 0] + needed[call], out=least)
            model.follow(call, rows, whole)
    return least


def likelihood(
    calls: Calls,
    candidates: Candidates,
    build: Build,
    needed: Floats,
    shards: int,
    slip: float,
    histories: int,
    chance: np.random.Generator,
) -> Likelihood:
    """Where the instant of a decision is not known exactly, what may have been so counts as if it was so.

    So a limiter is contradicted only by what it cannot have done, and none gains by making blurred outcomes look sure.
    `slip` is the probability that a call comes out otherwise than any limiter explains, above 0.

    Of candidates with several shards so many `histories` are followed.
    """
    histories = 1 if shards == 1 else histories
    number = len(candidates.rate_per_s)
    owner = np.repeat(np.arange(number), histories)
    own = candidates.rows(owner)
    model, rows, capacity = (
        build(calls, own, needed, shards),
        np.arange(number * histories),
        shares(own.capacity, shards),
    )
    weights = np.full((number, histories), 1.0 / histories)
    log, unexplained = np.zeros(number), np.zeros(number, np.int64)
    met = np.zeros(len(rows), np.intp)
    for call in range(len(calls.at_s)):
        least, most = model.lacks(call)
        room = capacity - needed[call] + CRUMB
        fitting = ((least <= room) if calls.accepted[call] else (most > room)).astype(float)
        if shards > 1:
            met = _met(fitting + slip, chance.random(len(rows)))
        probable = slip + (1 - 2 * slip) * fitting.mean(axis=1).reshape(number, histories)
        model.follow(call, rows, met)
        weights *= probable
        of_all = weights.sum(axis=1)
        log += np.log(of_all)
        unexplained += of_all < slip + UNLIKELY
        weights /= of_all[:, None]
        if shards > 1 and call % RESAMPLED_EVERY == 0:
            kept = _resampled(weights, chance.random(number))
            if kept is not None:
                model.keep(kept)
    return Likelihood(log, unexplained)


def _met(weights: Floats, drawn: Floats) -> NDArray[np.intp]:
    """A shard for each row, drawn by weight."""
    sums = np.cumsum(weights, axis=1)
    met: NDArray[np.intp] = (sums[:, :-1] <= (drawn * sums[:, -1])[:, None]).sum(axis=1)
    return met


def _resampled(weights: Floats, drawn: Floats) -> NDArray[np.intp] | None:
    """The rows to go on with, where half of a candidate's histories weigh little; evens out the weights in place."""
    number, histories = weights.shape
    poor = (weights**2).sum(axis=1) > 2.0 / histories
    if not poor.any():
        return None
    kept = np.tile(np.arange(histories), (number, 1))
    points = (np.arange(histories)[None, :] + drawn[poor, None]) / histories
    sums = np.cumsum(weights[poor], axis=1)
    kept[poor] = np.minimum((sums[:, None, :] <= points[:, :, None]).sum(axis=2), histories - 1)
    weights[poor] = 1.0 / histories
    rows: NDArray[np.intp] = (kept + np.arange(number)[:, None] * histories).ravel()
    return rows
