"""Random requests to a limiter, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from itertools import accumulate
from typing import Any, NamedTuple

import hypothesis.strategies as st
from hypothesis import settings

from scenarios.aws.limiter import TICKS_PER_S
from scenarios.schema.accounts.account import Account, LimiterHypothesis

MAX = 50
TICK_S = Fraction(1, TICKS_PER_S)


class Request(NamedTuple):
    """Some recipients, so many ticks after the request before."""

    after: int
    recipients: int


class Decided(NamedTuple):
    """A request at its tick, and whether it was admitted."""

    tick: int
    recipients: int
    admitted: bool


gaps = st.one_of(
    st.just(0),
    st.integers(0, 3),
    st.integers(0, TICKS_PER_S // 8),
    st.integers(0, 3 * TICKS_PER_S),
    st.integers(1, 100).map(lambda share: share * TICKS_PER_S // 64),
    st.integers(1, 100).map(lambda share: share * TICKS_PER_S // 64 - 1),
    st.sampled_from([TICKS_PER_S - 1, TICKS_PER_S, TICKS_PER_S + 1]),
)
requests = st.lists(st.builds(Request, gaps, st.one_of(st.sampled_from([1, 7]), st.integers(1, MAX))), max_size=40)
powers = st.sampled_from([0.125, 0.5, 1.0, 2.0, 8.0, 32.0, 64.0])
rates = st.one_of(
    powers,
    st.integers(1, 60).map(float),
    st.floats(0.05, 60.0).map(lambda rate: round(rate, 3)),
    st.sampled_from([0.1, 1 / 3, 14.0, 0.7, 33.3]),
)
shares = st.sampled_from([0.0, 0.25, 0.5, 1.0])
PROMISES = settings(max_examples=100)


def hypothesis_of(rate: float, **keys: Any) -> LimiterHypothesis:
    """A limiter as an account resolves it."""
    return Account(max_send_rate_per_s=rate, limiter=LimiterHypothesis(**keys)).limiter


def decide(limiter: Any, asked: Iterable[Request]) -> list[Decided]:
    """What becomes of the requests, each at the first float of its tick."""
    made, tick = [], 0
    for after, recipients in asked:
        tick += after
        made.append(Decided(tick, recipients, limiter.admit(tick / TICKS_PER_S, recipients)))
    return made


def admitted(made: Iterable[Decided]) -> list[tuple[int, int]]:
    """(tick, recipients) of those that were admitted."""
    return [(one.tick, one.recipients) for one in made if one.admitted]


def in_windows(made: list[tuple[int, int]]) -> Iterable[tuple[int, int]]:
    """(ticks, recipients) of every window that begins and ends with an admission."""
    for i, (begin, _) in enumerate(made):
        for (end, _), total in zip(made[i:], accumulate(n for _, n in made[i:]), strict=True):
            yield end - begin, total
