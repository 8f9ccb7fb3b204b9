"""The procedure that chooses the best, on problems of which the best is known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from reports.statistics.selection import FIRST, Samples, dropped, is_equal, is_over, latest, leader, rule_of, sureness

CONFIDENCE = 0.95
REPETITIONS = 100
Draw = Callable[[np.random.Generator], np.ndarray]


def _normal(generator: np.random.Generator) -> np.ndarray:
    """The best by exactly the zone, which is the hardest; all share most of their chance."""
    return np.add(generator.normal(0, 3), generator.normal([0, 1, 1, 1], [1, 1.5, 1.5, 1]))


def _skewed(generator: np.random.Generator) -> np.ndarray:
    return np.add(generator.exponential(1, 4), [0, 1, 1, 1])


def _chosen(draw: Draw, seed: int) -> str:
    generator = np.random.default_rng(seed)
    samples: dict[str, list[float]] = {name: [] for name in "abcd"}
    rule = rule_of(1.0, CONFIDENCE, len(samples) - 1)
    while True:
        for name, value in zip("abcd", draw(generator), strict=True):
            if name in samples:
                samples[name].append(float(value))
        if len(next(iter(samples.values()))) >= FIRST:
            for name in dropped(samples, rule):
                del samples[name]
            if is_over(samples, rule):
                return leader(samples)


@pytest.mark.parametrize("draw", [_normal, _skewed])
def test_the_known_best_is_chosen_as_often_as_was_said(draw: Draw) -> None:
    """In 95 of 100 repetitions or more."""
    right = sum(_chosen(draw, seed) == "a" for seed in range(REPETITIONS))
    assert right >= CONFIDENCE * REPETITIONS


def test_equals_end_without_a_loser() -> None:
    """What is the same in every campaign is told from nobody, and asks for no further one."""
    samples: Samples = {"a": [3.0] * FIRST, "b": [3.0] * FIRST}
    rule = rule_of(0.1, CONFIDENCE, 1)
    assert dropped(samples, rule) == {}
    assert is_over(samples, rule)
    assert leader(samples) == "a"


def test_what_all_share_is_no_doubt() -> None:
    """However much campaigns differ, a difference that is the same in each decides at once."""
    shared = np.random.default_rng(1).normal(0, 100, FIRST)
    samples: Samples = {"a": list(shared), "b": list(shared + 0.5)}
    assert dropped(samples, rule_of(0.1, CONFIDENCE, 1)) == {"b": "a"}


def test_order_and_unit_decide_nothing() -> None:
    """Minutes instead of seconds, or other names, drop the same."""
    generator = np.random.default_rng(5)
    drawn = {name: list(generator.normal(mean, 1, 12)) for name, mean in (("a", 0), ("b", 4), ("c", 6))}
    out = dropped(drawn, rule_of(1.0, CONFIDENCE, 2))
    backwards = {name: [60 * value for value in drawn[name]] for name in "cba"}
    assert dropped(backwards, rule_of(60.0, CONFIDENCE, 2)) == out
    assert out["c"] == "a"


def test_more_campaigns_make_surer() -> None:
    """Of the same differences, twice over; who was dropped before costs its part of the error."""
    apart = [0.0, 1.0, 2.0, 3.0, -1.0]
    few: Samples = {"a": [0.0] * 5, "b": apart}
    many: Samples = {"a": [0.0] * 10, "b": apart * 2}
    rule = rule_of(0.1, CONFIDENCE, 4)
    assert 0.5 < sureness(few, rule, 0) < sureness(many, rule, 0) < 1
    assert sureness(many, rule, 0) - sureness(many, rule, 2) == pytest.approx(2 * rule.error)


def test_the_latest_end_is_where_no_slack_is_left() -> None:
    """For values that go on as they are: the critical value only falls."""
    generator = np.random.default_rng(1)
    samples: Samples = {name: list(generator.normal(0, 1, FIRST)) for name in "ab"}
    rule = rule_of(0.5, CONFIDENCE, 1)
    most = latest(samples, rule)
    long = {name: ([*values] * most)[: most + FIRST] for name, values in samples.items()}
    assert most > FIRST
    assert not is_over(samples, rule)
    assert dropped(long, rule) or is_over(long, rule)


def test_an_equal_is_behind_by_less_than_matters_beyond_chance() -> None:
    """Of values in the same campaigns; what differs much is not known to be an equal."""
    best, rule = [float(number) for number in range(FIRST)], rule_of(0.5, CONFIDENCE, 1)
    assert is_equal([value + 0.4 for value in best], best, rule)
    assert not is_equal([value + 0.6 for value in best], best, rule)
    assert not is_equal([value + 2 * (-1) ** number for number, value in enumerate(best)], best, rule)
    assert is_equal([value + 0.4 for value in best[:4]], best, rule)
