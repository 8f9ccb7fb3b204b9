"""Whose turn it is among pods of unequal weight: nobody far ahead of its share, nobody far behind."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import cycle, islice

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from scenarios.aws.weighted_round_robin import WeightedRoundRobin

LAWS = settings(max_examples=100)
MAILS = 120
NOISE = 1e-9  # shares are floats: what is exactly a tie may be decided by the last bit

weights_of = st.lists(st.one_of(st.integers(1, 100), st.floats(0.001, 1000.0)), min_size=1, max_size=10)
whole_weights = st.lists(st.integers(1, 20), min_size=1, max_size=8)


def dealt(weights: Sequence[float], pods: Sequence[int], mails: int = MAILS) -> list[int]:
    """The places of the pods that get the first mails."""
    turns = WeightedRoundRobin(weights, pods)
    return [turns.next() for _ in range(mails)]


def lags(weights: Sequence[float], mails: int = MAILS) -> list[Fraction]:
    """How far each pod is behind its share after each mail, exactly; what is ahead of it is negative."""
    total, counts = sum(map(Fraction, weights)), [0] * len(weights)
    seen: list[Fraction] = []
    for number, place in enumerate(dealt(weights, range(len(weights)), mails), start=1):
        counts[place] += 1
        seen += [number * Fraction(weight) / total - count for weight, count in zip(weights, counts, strict=True)]
    return seen


@LAWS
@given(weights=weights_of)
def test_no_pod_is_ever_a_whole_mail_ahead(weights: list[float]) -> None:
    """Of n pods none has more than 1 - 1/n mails beyond its share.

    Before a mail is dealt the lags add up to one, so whoever lags most lags by 1/n at least, and one mail less after.
    """
    assert min(lags(weights)) >= 1 / len(weights) - 1 - NOISE


@LAWS
@given(weights=weights_of)
def test_no_pod_falls_behind_by_more_than_the_harmonic_bound(weights: list[float]) -> None:
    """Of n pods none lags by more than 1/2 + 1/3 + ... + 1/n mails: less than one for up to three pods.

    If the k pods that lag most have just let another one go first, that one lagged as much: so the mean of the k was at
    most that of k + 1 a mail ago and 1/(k + 1), and the mean of all n is nought.
    """
    assert max(lags(weights)) <= sum(1 / pods for pods in range(2, len(weights) + 1)) + NOISE


@pytest.mark.parametrize(
    ("weights", "mails", "behind"),
    [((1.0, 1.0), 2, 1 / 2), ((1e4, 1e4, 1.0), 10_000, 5 / 6)],
    ids=["two pods", "three pods"],
)
def test_the_harmonic_bound_is_sharp(weights: tuple[float, ...], mails: int, behind: float) -> None:
    """Two pods reach it, and three come as close as one likes: two large ones keep a small one waiting."""
    assert max(lags(weights, mails)) == pytest.approx(behind, abs=1e-4)


def test_five_pods_may_lag_by_more_than_a_mail() -> None:
    """Within one mail is no law of the largest lag: with several small pods the last of them waits longer."""
    assert max(lags((100.0, 100.0, 5.0, 5.0, 1.0))) > 1


@LAWS
@given(weights=whole_weights)
def test_whole_weights_are_dealt_exactly_in_every_round(weights: list[int]) -> None:
    """After as many mails as the weights add up to, and after every further round, each pod has exactly its weight."""
    round_ = sum(weights)
    places = dealt(weights, range(len(weights)), 3 * round_)
    for rounds in (1, 2, 3):
        counts = [places[: rounds * round_].count(place) for place in range(len(weights))]
        assert counts == [rounds * weight for weight in weights]


@pytest.mark.parametrize("weight", [1.0, 0.1, 1 / 3, 1e-9, 7e12])
@pytest.mark.parametrize("pods", [1, 2, 7, 100])
def test_equal_weights_are_taken_in_turn(weight: float, pods: int) -> None:
    """Of equals the first goes first: whatever their weight, that is round-robin."""
    assert dealt([weight], range(pods), 1000) == list(islice(cycle(range(pods)), 1000))


@LAWS
@given(weights=weights_of, exponent=st.integers(-20, 20))
def test_only_proportions_count(weights: list[float], exponent: int) -> None:
    """Weights that are all scaled alike deal the same mails to the same pods."""
    pods = range(len(weights))
    assert dealt([weight * 2.0**exponent for weight in weights], pods) == dealt(weights, pods)


@pytest.mark.parametrize(
    ("pods", "mine"),
    [(range(4), (3.0, 1.0, 3.0, 1.0)), ([1, 2], (1.0, 3.0)), ([0, 2, 4], (3.0, 3.0, 3.0)), ([5], (1.0,))],
    ids=["more pods than weights", "two that live", "the even ones", "the last"],
)
def test_a_pod_keeps_its_weight_whoever_else_lives(pods: Sequence[int], mine: tuple[float, ...]) -> None:
    """Weights go by the pods' numbers and are repeated; what is told is the place among those that live."""
    assert dealt((3.0, 1.0), pods) == dealt(mine, range(len(mine)))
