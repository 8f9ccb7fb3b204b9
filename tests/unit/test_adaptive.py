"""The rate of botocore's adaptive mode: learnt as botocore learns it, and handed to many callers in turn."""

from __future__ import annotations

import heapq
from types import SimpleNamespace
from typing import Any, NamedTuple, cast

import hypothesis.strategies as st
import pytest
from botocore.retries import adaptive, bucket, throttling
from hypothesis import given

from strategies.policies.adaptive import RECHECK_S, AdaptiveRate
from tests.unit.botocore_twin import Clock


def their_rate(clock: Any) -> Any:
    """Botocore's limiter as a client builds it; it takes the word of `throttled` for what is a throttle."""
    return adaptive.ClientRateLimiter(
        rate_adjustor=throttling.CubicCalculator(starting_max_rate=0, start_time=clock.now_s),
        rate_clocker=adaptive.RateClocker(clock),
        token_bucket=bucket.TokenBucket(max_rate=1, clock=clock),
        throttling_detector=SimpleNamespace(is_throttling_error=lambda *, throttled: throttled),
        clock=clock,
    )


@given(
    st.floats(0, 1e6),
    st.lists(st.tuples(st.one_of(st.just(0.0), st.floats(0, 0.1), st.floats(0, 30)), st.booleans()), max_size=200),
)
def test_the_adaptive_rate_is_botocores(start_s: float, answers: list[tuple[float, bool]]) -> None:
    """Any instants of success and throttle: the same allowed rate after each, to the last bit."""
    clock = Clock()
    clock.now_s = start_s
    cast("Any", clock).current_time = lambda: clock.now_s
    theirs, ours = their_rate(clock), AdaptiveRate(start_s)
    for gap_s, throttled in answers:
        clock.sleep(gap_s)
        theirs.on_receiving_response(throttled=throttled)
        ours.answered(clock.now_s, throttled)
        assert ours.allowed_per_s == theirs._token_bucket.max_rate


class Waiting(NamedTuple):
    """A caller that looks again at `wake_s`."""

    wake_s: float
    ticket: int


def let_go(rate: AdaptiveRate, now_s: float, callers: int) -> tuple[list[tuple[float, int]], int]:
    """When and with which ticket each of many callers may send, and how often they looked."""
    waiting = [Waiting(now_s, rate.reserve(now_s)) for _ in range(callers)]
    gone, looks = [], 0
    while waiting:
        now_s, ticket = heapq.heappop(waiting)
        wait_s, looks = rate.wait_s(ticket, now_s), looks + 1
        if wait_s:
            assert now_s + wait_s > now_s
            heapq.heappush(waiting, Waiting(now_s + wait_s, ticket))
        else:
            gone.append((now_s, ticket))
    return gone, looks


def throttled_rate(now_s: float) -> AdaptiveRate:
    """A rate to which a throttle has just taught the wait, its bucket empty."""
    rate = AdaptiveRate(now_s)
    rate.answered(now_s, throttled=True)
    return rate


@given(st.integers(1, 60), st.floats(0, 1e6))
def test_many_callers_go_in_turn_at_the_rate(callers: int, now_s: float) -> None:
    """Caller k goes k / rate after a throttle that left no token, in the order of coming, with few looks."""
    rate = throttled_rate(now_s)
    gone, looks = let_go(rate, now_s, callers)
    due_s = [k / rate.allowed_per_s for k in range(1, callers + 1)]
    assert [ticket for _, ticket in gone] == list(range(1, callers + 1))
    assert [at_s - now_s for at_s, _ in gone] == pytest.approx(due_s, abs=1e-6)
    assert looks <= sum(wait_s / RECHECK_S + 2 for wait_s in due_s)


def test_a_long_line_looks_seldom() -> None:
    """A thousand callers wait a thousand seconds on average, yet none looks each half second."""
    _, looks = let_go(throttled_rate(0.0), 0.0, 1000)
    assert looks < 1000 * 1000 / RECHECK_S / 10


def test_nobody_sleeps_through_the_steepest_growth() -> None:
    """However many wait: when the rate grows as fast as CUBIC lets it, a caller looks again before it is due."""
    for callers in (3, 30, 300, 3000, 30_000):
        rate = throttled_rate(0.0)
        last = [rate.reserve(0.0) for _ in range(callers)][-1]
        sleep_s = rate.wait_s(last, 0.0)
        for answer in range(int(sleep_s * 2000)):
            rate.answered(answer / 2000, throttled=False)
        assert rate.wait_s(last, sleep_s) > 0.0


def test_a_faster_rate_reaches_those_who_wait() -> None:
    """Callers who drew a ticket at a low rate do not wait as long as that rate would have had it."""
    rate = throttled_rate(0.0)
    tickets = [rate.reserve(0.0) for _ in range(10)]
    for answer in range(1, 60):
        rate.answered(0.1 * answer, throttled=False)
    assert rate.allowed_per_s > 10
    assert rate.wait_s(tickets[-1], 7.0) == 0.0


def test_before_the_first_throttle_nobody_waits() -> None:
    """The bucket is consulted only once a throttle has been seen."""
    gone, looks = let_go(AdaptiveRate(0.0), 0.0, 1000)
    assert {at_s for at_s, _ in gone} == {0.0}
    assert looks == 1000
