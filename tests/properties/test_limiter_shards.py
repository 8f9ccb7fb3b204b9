"""Windows hold a second's worth, and shards of any limiter together no more than it would alone."""

from __future__ import annotations

from collections import Counter

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
    made = admitted(decide(build_limiter(hypothesis, rate), asked))
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
    made = admitted(decide(build_limiter(hypothesis, rate), asked))
    assert fullest_second(kind, made) <= max(1, int(rate))


@WINDOWS
@pytest.mark.parametrize(("rate", "shards", "then"), [(1.5, 2, 1.5), (10.0, 10, 2.0)], ids=["fraction", "rate change"])
def test_shards_of_a_window_never_hold_more_than_the_rate(kind: str, rate: float, shards: int, then: float) -> None:
    """Also where a shard's share is below one recipient, a second of all shards holds the rate and no more."""
    limiter = build_limiter(hypothesis_of(rate, kind=kind, shards=shards), rate)
    limiter.set_rate(0.0, exact(then))
    assert fullest_second(kind, admitted(decide(limiter, [Request(0, 1)] * 200))) <= int(then)


@WINDOWS
@PROMISES
@given(asked=requests, rate=rates, shards=st.integers(2, 8))
def test_shards_depend_on_the_request_number_alone(kind: str, asked: list[Request], rate: float, shards: int) -> None:
    """The same requests meet the same shards, and so the same fate."""
    hypothesis = hypothesis_of(rate, kind=kind, shards=min(shards, max(1, int(rate))))
    once, again = (decide(build_limiter(hypothesis, rate), asked) for _ in range(2))
    assert once == again


def test_every_shard_is_met() -> None:
    """A thousand single requests to a full account of eight shards use up every shard's burst."""
    hypothesis = hypothesis_of(8.0, burst=80, shards=8)
    assert len(admitted(decide(build_limiter(hypothesis, 8.0), [Request(0, 1)] * 1000))) == 80
