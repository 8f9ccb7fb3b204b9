"""Histories that nobody has observed: none is lost while all are followed, and a draw keeps sums in the mean."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from scenarios.inference.calls import calls_of
from scenarios.inference.histories import branched
from scenarios.inference.likelihood import likelihood
from scenarios.inference.models import Candidates
from scenarios.inference.suppositions import Supposition

SHARD_RATE, SHARD_BURST = 2.0, 4.0
AT_S = np.array([0.0, 0.1, 0.2, 0.35, 0.6, 1.1, 1.15, 1.9, 1.95])
SIZES = np.array([3, 2, 2, 2, 2, 3, 1, 2, 1])
ACCEPTED = np.array([True, True, False, True, False, True, True, False, True])


def explained(shards: tuple[int, ...]) -> bool:
    """Whether two buckets, met in this order, come to what was observed."""
    held, since = [SHARD_BURST] * 2, 0.0
    for at_s, size, accepted, shard in zip(AT_S, SIZES, ACCEPTED, shards, strict=True):
        held = [min(SHARD_BURST, one + SHARD_RATE * (at_s - since)) for one in held]
        since = at_s
        if (held[shard] >= size - 1e-9) != accepted:
            return False
        held[shard] -= size if accepted else 0
    return True


def test_where_all_are_followed_the_likelihood_is_that_of_every_order_of_shards() -> None:
    """No chance is left in it then."""
    calls, one = calls_of(AT_S, SIZES, ACCEPTED), Supposition("token-bucket", 2)
    candidate = Candidates(*(np.array([value]) for value in (2 * SHARD_RATE, 2 * SHARD_BURST, 0.0, 0.0)))
    told = likelihood(calls, candidate, one.build, one.needed(calls), 2, 1e-12, 64, 1, np.random.default_rng(0))
    every = [explained(shards) for shards in product(range(2), repeat=len(AT_S))]
    assert 0 < sum(every) < len(every)
    assert np.exp(told.log) == pytest.approx(np.mean(every), rel=1e-6)


def test_a_draw_of_histories_keeps_their_weights_in_the_mean() -> None:
    """States that are alike are one, the weightiest are kept, and the others' weights are right in the mean."""
    weights = np.array([[[0.4, 0.1], [0.2, 0.02], [0.1, 0.08], [0.04, 0.06]]])
    marks = np.array([[1.0, 2.0], [1.0, 3.0], [4.0, 5.0], [6.0, 7.0]])
    chance, sums = np.random.default_rng(1), np.zeros(8)
    for _ in range(2_000):
        rows, shard, kept = branched(weights, marks, chance)
        np.add.at(sums, marks[rows, shard].astype(int), kept[0] / 2_000)
    assert sums[1] == pytest.approx(0.6)
    assert sums[2:] == pytest.approx([0.1, 0.02, 0.1, 0.08, 0.04, 0.06], abs=0.01)
