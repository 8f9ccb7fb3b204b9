"""What the bound of a pool is worth: no dealing of its mails beats it, and where it is reached."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

import sim.run
from reports.running.accounts import Across
from scenarios.measures.arrangements import ideal_of
from scenarios.measures.ideal.admissions import admissions_of
from scenarios.schema.model import Scenario
from scenarios.traffic.workload import Arrivals

ROUNDING, RATES = 1e-6, (1, 3, 10)


class Bucket(NamedTuple):
    """An account of a pool."""

    rate_per_s: float
    burst: int


Choice = Callable[[Sequence[Bucket], Sequence[float], Sequence[int]], int]
"""Of these buckets, which hold so many tokens, one of those that have room."""


def pool_of(buckets: Sequence[Bucket]) -> Scenario:
    """Accounts without quotas."""
    accounts = {
        f"a{number}": {"max_send_rate_per_s": rate_per_s, "max_24h_send": -1, "limiter": {"burst": burst}}
        for number, (rate_per_s, burst) in enumerate(buckets)
    }
    batch = {"process": "batch", "messages": 1}
    return Scenario.model_validate({"name": "pool", "accounts": accounts, "pool": {}, "workload": (batch,)})


def bound_s(buckets: Sequence[Bucket], at_s: Sequence[float]) -> NDArray[np.float64]:
    """When one recipient at each of these instants is admitted, as the bound has it."""
    mails = Arrivals(np.array(at_s), np.ones(len(at_s), np.int32))
    return np.concatenate([chunk.admitted_s for chunk in admissions_of(pool_of(buckets), mails)])


def dealt_s(buckets: Sequence[Bucket], at_s: Sequence[float], choose: Choice) -> NDArray[np.float64]:
    """When each is admitted, first come first served, by the account that is chosen of those that have room soonest."""
    held, now_s, admitted_s = [float(one.burst) for one in buckets], 0.0, list[float]()
    for due_s in at_s:
        ready_s = max(now_s, due_s)
        filled = _filled(buckets, held, ready_s - now_s)
        waits_s = [max(0.0, (1 - tokens) / one.rate_per_s) for one, tokens in zip(buckets, filled, strict=True)]
        held, now_s = _filled(buckets, filled, min(waits_s)), ready_s + min(waits_s)
        held[choose(buckets, held, [n for n, tokens in enumerate(held) if tokens >= 1 - ROUNDING])] -= 1
        admitted_s.append(now_s)
    return np.array(admitted_s)


def _filled(buckets: Sequence[Bucket], held: Sequence[float], span_s: float) -> list[float]:
    return [min(one.burst, has + span_s * one.rate_per_s) for one, has in zip(buckets, held, strict=True)]


def soonest_full(buckets: Sequence[Bucket], held: Sequence[float], open_: Sequence[int]) -> int:
    """Where a token would be lost first."""
    return min(open_, key=lambda number: (buckets[number].burst - held[number]) / buckets[number].rate_per_s)


def instants_s(chance: np.random.Generator, mails: int) -> list[float]:
    """Bursts and pauses."""
    at_s: list[float] = np.cumsum(chance.exponential(chance.choice((2.0, 0.2, 0.02), mails))).tolist()
    return at_s


@pytest.mark.parametrize("seed", range(8))
def test_no_dealing_beats_the_bound(seed: int) -> None:
    """Whatever the accounts, and whoever deals: no recipient is admitted before it is so by one account of the sums."""
    chance = np.random.default_rng(seed)
    buckets = [
        Bucket(*pair) for pair in zip(chance.choice(RATES, 3).tolist(), chance.integers(1, 31, 3).tolist(), strict=True)
    ]
    at_s = instants_s(chance, 150)
    for choose in (soonest_full, lambda _buckets, _held, open_: int(chance.choice(open_))):
        assert (dealt_s(buckets, at_s, choose) >= bound_s(buckets, at_s) - ROUNDING).all()


@pytest.mark.parametrize("seed", range(8))
def test_where_bursts_last_alike_the_bound_is_reached(seed: int) -> None:
    """But for a fraction of a recipient in each account."""
    chance = np.random.default_rng(seed)
    lasts_s, rates = int(chance.choice((1, 3))), chance.choice(RATES, int(chance.integers(2, 5))).tolist()
    buckets = [Bucket(rate, rate * lasts_s) for rate in rates]
    at_s = instants_s(chance, 150)
    late_s = dealt_s(buckets, at_s, soonest_full) - bound_s(buckets, at_s)
    assert late_s.max() <= len(buckets) / sum(one.rate_per_s for one in buckets)


def test_a_global_endpoint_of_equal_regions_reaches_the_bound() -> None:
    """Half to each is as good as any dealing where both are alike."""
    buckets, turns = [Bucket(10, 10)] * 2, iter(range(1000))
    even = dealt_s(buckets, [0.0] * 200, lambda _buckets, _held, open_: next(turns) % 2 if len(open_) > 1 else open_[0])
    assert even[-1] == pytest.approx(bound_s(buckets, [0.0] * 200)[-1]) == (200 - 20) / 20


def test_where_bursts_last_unlike_the_bound_is_short_by_what_overflows() -> None:
    """Both are emptied; in the five seconds' pause one is full after a second, and the bound goes on filling it.

    110 at once; then of 100, with 10 and 50 tokens there, 40 wait for the 20 a second of both.
    """
    buckets, at_s = [Bucket(10, 10), Bucket(10, 100)], [0.0] * 110 + [5.0] * 100
    assert bound_s(buckets, at_s)[-1] == pytest.approx(5)
    assert dealt_s(buckets, at_s, soonest_full)[-1] == pytest.approx(5 + 40 / 20)


@pytest.mark.parametrize("routing", ["room", "global-endpoint"])
def test_every_account_of_a_pool_may_owe_a_mail(routing: str) -> None:
    """Two that hold one token each take 50 recipients each at once, though together they hold but two.

    Of three mails one waits until its account has paid off 49 and has a token.
    """
    accounts = {
        name: {"max_send_rate_per_s": 1.0, "region": region, "limiter": {"admission": "debt", "burst": 1}}
        for name, region in (("a", "us-east-1"), ("b", "eu-west-1"))
    }
    two, three = (
        Scenario.model_validate(
            {
                "name": "debt",
                "accounts": accounts,
                "pool": {"routing": routing},
                "workload": ({"process": "batch", "messages": mails, "recipients": 50},),
            }
        )
        for mails in (2, 3)
    )
    assert ideal_of(two, 1).makespan_s == 0.0
    assert 0.0 < (ideal_of(three, 1).makespan_s or 0.0) <= 49.0
    assert Across(sim.run.run)(two, "direct", 1).mails["accepted"].sum() == 100


def test_every_account_of_a_pool_may_exceed_its_quota_by_a_mail() -> None:
    """Two that may send one recipient more each take a mail to 50, on the first day."""
    accounts = {name: {"max_24h_send": 1, "daily_edge": "debt", "limiter": {"burst": 50}} for name in "ab"}
    batch = {"process": "batch", "messages": 2, "recipients": 50}
    scenario = Scenario.model_validate({"name": "edge", "accounts": accounts, "pool": {}, "workload": (batch,)})
    assert ideal_of(scenario, 1).makespan_s == 0.0
    assert Across(sim.run.run)(scenario, "direct", 1).mails["accepted"].sum() == 100
