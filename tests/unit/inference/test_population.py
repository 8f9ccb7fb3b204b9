"""The search for parameters: its densities are those that it draws from, and no plateau keeps it."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.inference.calls import Floats
from scenarios.inference.population import Effort, Told, population
from scenarios.inference.proposals import proposed

LOWS, HIGHS = np.array([0.0, -1.0]), np.array([6.0, 3.0])


@pytest.mark.parametrize("dimensions", [1, 2])
def test_the_density_is_that_of_the_draws(dimensions: int) -> None:
    """The sum of 1 / density over the draws is the volume they are in, also in the corner of the box."""
    lows, highs = LOWS[:dimensions], HIGHS[:dimensions]
    chance = np.random.default_rng(1)
    around = lows + 0.02 * (highs - lows) * chance.beta(0.3, 2.0, (40, dimensions))
    points, log_density = proposed(around, np.full(40, 1 / 40), lows, highs, 8_000, chance)
    assert np.all((points >= lows) & (points <= highs))
    in_corner = np.all(points < lows + 0.05, axis=1)
    assert np.exp(-log_density[in_corner]).sum() / len(points) == pytest.approx(0.05**dimensions, rel=0.03)


def test_a_narrow_peak_beside_a_wide_plateau_is_found() -> None:
    """As with a bucket that was emptied once, which any larger burst explains but for some calls."""

    def measure(points: Floats) -> Told:
        slack, rate = points.T
        off = np.abs(rate - 0.7) / 1e-3
        log = -np.minimum(np.floor(off), 200.0) - np.where(slack < 0.4, 0.0, 35.0)
        return Told(np.full(len(points), -np.log(24.0)), log, np.zeros(len(points), np.int64))

    for seed in range(3):
        found = population(LOWS, HIGHS, measure, Effort(200, 30, 1), np.random.default_rng(seed))
        assert found is not None
        assert found.best_log == 0.0
        exact = np.log(0.4 * 2e-3 / (1 - np.exp(-1)) / 24.0)
        assert found.log_evidence == pytest.approx(exact, abs=0.5)
