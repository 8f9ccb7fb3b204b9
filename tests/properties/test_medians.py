"""The interval of a median: covers, whatever the distribution, and moves with the values."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.statistics.medians import LEAST, median_interval

REPETITIONS = 1000
Draw = Callable[[np.random.Generator, int], list[float]]
VALUES = st.lists(st.integers(-1000, 1000), min_size=LEAST, max_size=40)


def _with_a_rare_case(chance: float) -> tuple[Draw, float]:
    """Runs that pay 30 s now and then, as for a visibility timeout; their median is known in closed form."""

    def draw(dice: np.random.Generator, many: int) -> list[float]:
        paid: list[float] = (dice.exponential(1.0, many) + 30 * (dice.random(many) < chance)).tolist()
        return paid

    return draw, -math.log(1 - 0.5 / (1 - chance))


@pytest.mark.parametrize("many", [6, 8, 10, 30])
@pytest.mark.parametrize("chance", [0.0, 0.07, 0.3])
def test_it_holds_the_median_in_95_of_100(many: int, chance: float) -> None:
    """Also of a mixture, of which few seeds show both kinds; Student's interval of the mean fails there."""
    draw, median = _with_a_rare_case(chance)
    dice = np.random.default_rng(1)
    held = 0
    for _ in range(REPETITIONS):
        interval = median_interval(draw(dice, many))
        assert interval is not None
        held += interval[0] <= median <= interval[1]
    assert 0.92 <= held / REPETITIONS <= 0.98


def test_few_values_cannot_tell() -> None:
    """Five lie all on one side of the median in one case of sixteen."""
    assert median_interval([1.0] * (LEAST - 1)) is None
    assert median_interval([1.0] * LEAST) == (1.0, 1.0)


@given(VALUES, st.integers(-1000, 1000))
def test_it_moves_with_the_values(values: list[int], by: int) -> None:
    """Shifted, mirrored and in whatever order; both ends lie among the values."""
    interval = median_interval(values)
    assert interval is not None
    assert min(values) <= interval[0] <= interval[1] <= max(values)
    assert median_interval([value + by for value in values[::-1]]) == pytest.approx([end + by for end in interval])
    assert median_interval([-value for value in values]) == pytest.approx([-interval[1], -interval[0]])
