"""Windows hold a second's worth, and shards of any limiter together no more than it would alone."""

from __future__ import annotations

from collections import Counter
from math import ceil
from statistics import fmean, stdev

import hypothesis.strategies as st
import pytest
from hypothesis import given

from scenarios.aws.limiter import TICKS_PER_S, build_limiter, exact
from tests.properties.recount import excess
from tests.properties.requests import (
    PROMISES,
    TICK_S,
    Request,
    admitted,
    decide,
    hypothesis_of,
    in_windows,
    rates,
    requests,
    shares,
)


@PROMISES
@given(asked=requests, rate=rates, burst=st.integers(1, 60), shards=st.integers(1, 8))
def test_shards_of_a_bucket_together_keep_its_envelope(
    asked: list[Request], rate: float, burst: int, shards: int
) -> None:
    """Shards divide rate and burst, so together they admit at most B + R·t in any window, to a tick."""
    hypothesis = hypothesis_of(rate, burst=burst, shards=min(shards, burst))
    made = admitted(decide(build_limiter(hypothesis, rate, 1), asked))
    blurred = excess(((tick * TICK_S, recipients) for tick, recipients in made), exact(rate))
    assert blurred <= burst + exact(rate) * TICK_S


def fullest_second(kind: str, made: list[tuple[int, int]]) -> int:
    """Most recipients admitted in a second of this kind of window."""
    if kind == "sliding-window":
        return max((recipients for ticks, recipients in in_windows(made) if ticks < TICKS_PER_S), default=0)
    by_second: Counter[int] = Counter()
    for tick, recipients in made:
        by_second[tick // TICKS_PER_S] += recipients
    return max(by_second.values(), default=0)


WINDOWS = pytest.mark.parametrize("kind", ["fixed-window", "sliding-window"])


@WINDOWS
@PROMISES
@given(asked=requests, rate=rates, refusal_cost=shares, shards=st.integers(1, 60))
def test_window_keeps_its_capacity(
    kind: str, asked: list[Request], rate: float, refusal_cost: float, shards: int
) -> None:
    """No second admits more than the rate without its fraction, or one; shards divide it. A sliding one is (t - 1, t].

    Shards whose share is below one recipient have a test of their own.
    """
    hypothesis = hypothesis_of(rate, kind=kind, refusal_cost=refusal_cost, shards=min(shards, max(1, int(rate))))
    made = admitted(decide(build_limiter(hypothesis, rate, 1), asked))
    assert fullest_second(kind, made) <= max(1, int(rate))


@WINDOWS
@given(rate=st.floats(1.1, 20), then=st.floats(0.1, 20), seed=st.integers(0, 99), data=st.data())
def test_shards_of_a_window_hold_the_rate_and_each_of_them_something(
    kind: str, rate: float, then: float, seed: int, data: st.DataObject
) -> None:
    """Also where there are more shards than recipients a second: a second of all holds the rate, and no call is lost.

    A single recipient that comes long after all others meets whatever shard, and passes.
    """
    shards = data.draw(st.integers(2, ceil(rate)))
    limiter = build_limiter(hypothesis_of(rate, kind=kind, shards=shards), rate, seed)
    limiter.set_rate(0.0, exact(then))
    assert fullest_second(kind, admitted(decide(limiter, [Request(0, 1)] * 500))) == max(1, int(then))
    assert all(limiter.admit(3.0 * (1 + late), 1) for late in range(30))


@pytest.mark.parametrize("kind", ["token-bucket", "fixed-window", "sliding-window"])
def test_the_seed_decides_which_shard_a_call_meets(kind: str) -> None:
    """The same seed is the same fate, and over many seeds what one of four shards refuses varies as chance does.

    Of sixteen calls at once each shard takes four; by chance 2.69 are refused in the mean, with a deviation of 1.21.
    """
    hypothesis = hypothesis_of(16.0, kind=kind, shards=4)
    fates = [decide(build_limiter(hypothesis, 16.0, seed), [Request(0, 1)] * 16) for seed in range(200)]
    assert fates == [decide(build_limiter(hypothesis, 16.0, seed), [Request(0, 1)] * 16) for seed in range(200)]
    refused = [16 - len(admitted(one)) for one in fates]
    assert fmean(refused) == pytest.approx(2.69, abs=0.2)
    assert stdev(refused) == pytest.approx(1.21, abs=0.2)


def test_every_shard_is_met() -> None:
    """A thousand single requests to a full account of eight shards use up every shard's burst."""
    hypothesis = hypothesis_of(8.0, burst=80, shards=8)
    assert len(admitted(decide(build_limiter(hypothesis, 8.0, 1), [Request(0, 1)] * 1000))) == 80
