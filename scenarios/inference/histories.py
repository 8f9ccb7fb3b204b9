"""What may have happened to a candidate that nobody has observed: which shards the calls met, and at which instants.

Each call may have met any shard, so that every history goes on as several. Those that have come to the same state are
one from then on, and of the others as many stay as are followed: those that weigh most, and a draw of those that weigh
less, so that sums of weights keep their mean (Fearnhead and Clifford, On-line inference for hidden Markov models via
particle filters, 2003).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenarios.inference.calls import Floats

ALIKE = 1e-7
"""Marks that differ by less are those of the same state."""


class Followed(NamedTuple):
    """The rows to go on with, the shard that each has met, and a weight for each history of each candidate."""

    rows: NDArray[np.intp]
    shard: NDArray[np.intp]
    weights: Floats


def branched(weights: Floats, marks: Floats, chance: np.random.Generator) -> Followed:
    """`weights` have a row for each candidate, and therein one for each history and shard; `marks` name the states."""
    number, histories, shards = weights.shape
    many = histories * shards
    order = np.argsort(marks.reshape(number, many), axis=1)
    at = (order + many * np.arange(number)[:, None]).ravel()
    sorted_ = marks.ravel()[at].reshape(number, many)
    is_new = np.ones((number, many), bool)
    np.greater(sorted_[:, 1:] - sorted_[:, :-1], ALIKE, out=is_new[:, 1:])
    firsts = np.flatnonzero(is_new)
    merged = np.zeros(number * many)
    merged[firsts] = np.add.reduceat(weights.ravel()[at], firsts)
    every = merged.reshape(number, many)
    least = _least(every, histories)[:, None]
    probable = np.minimum(every / np.maximum(least, np.finfo(float).tiny), 1.0)
    places = np.floor(np.cumsum(probable, axis=1) + chance.random((number, 1))).astype(np.intp)
    before = np.zeros_like(places)
    before[:, 1:] = places[:, :-1]
    candidate, column = np.nonzero(places > before)
    to = candidate * histories + np.minimum(places[candidate, column], histories) - 1
    child = np.zeros(number * histories, np.intp)
    child[to] = order[candidate, column]
    kept = np.zeros(number * histories)
    kept[to] = np.maximum(every, least)[candidate, column]
    own = np.repeat(np.arange(number) * histories, histories)
    return Followed(own + child // shards, child % shards, kept.reshape(number, histories))


def _least(weights: Floats, histories: int) -> Floats:
    """The weight above which each is kept: what weighs less is drawn with a probability of its part of that.

    So many of them are kept in the mean; it is 0 where there are no more than that.
    """
    falling = -np.sort(-weights, axis=1)
    rest = np.cumsum(falling[:, ::-1], axis=1)[:, ::-1][:, :histories]
    least = rest / (histories - np.arange(histories))
    enough = falling[:, :histories] <= least
    first = np.argmax(enough, axis=1)
    every = np.arange(len(weights))
    return np.where(falling[every, first] > 0, least[every, first], 0.0)


def drawn(weights: Floats, chance: np.random.Generator) -> NDArray[np.intp]:
    """A shard for each history, drawn by weight. Sums of weights keep their mean, though more is left to chance."""
    shards = weights.shape[2]
    sums = np.cumsum(weights.reshape(-1, shards), axis=1)
    before: NDArray[np.bool_] = sums[:, :-1] <= (chance.random(len(sums)) * sums[:, -1])[:, None]
    met: NDArray[np.intp] = before.sum(axis=1)
    return met


def resampled(weights: Floats, offsets: Floats) -> NDArray[np.intp]:
    """The rows to go on with, drawn anew where half of a candidate's weigh little; evens out weights in place."""
    number, histories = weights.shape
    poor = (weights**2).sum(axis=1) > 2.0 / histories
    kept = np.tile(np.arange(histories), (number, 1))
    points = (np.arange(histories)[None, :] + offsets[poor, None]) / histories
    sums = np.cumsum(weights[poor], axis=1)
    kept[poor] = np.minimum((sums[:, None, :] <= points[:, :, None]).sum(axis=2), histories - 1)
    weights[poor] = 1.0 / histories
    rows: NDArray[np.intp] = (kept + np.arange(number)[:, None] * histories).ravel()
    return rows
