"""A bucket that pods share: what they may agree on, and what they take twice where they do not."""

from __future__ import annotations

from typing import NamedTuple

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from sim.tables import Table
from strategies.policies.shared_tokens import SharedTokens
from strategies.ports import Item
from tests.unit.simulated import run, total
from tests.unit.virtual import batch

KEY = "bucket"


class Due(NamedTuple):
    """Tokens, and from when on they may be used."""

    at_s: float
    tokens: int


def taken(steps: list[tuple[int, float, int]], bucket: SharedTokens, atomic: bool) -> list[Due]:
    """What pods get that each read and then put, in any order; a step is a pod, a pause and the tokens wanted."""
    table, read, got, now_s = Table(), dict[int, Item](), list[Due](), 0.0
    for pod, pause_s, tokens in steps:
        now_s += pause_s
        item = read.pop(pod, None)
        if item is None:
            read[pod] = table.get(KEY)
            continue
        value, due_s = bucket.take(item.value, now_s, tokens)
        if table.put(KEY, value, item.version if atomic else None):
            got.append(Due(due_s, tokens))
    return got


def over(got: list[Due], rate_per_s: float, allowed: float) -> float:
    """By how many tokens the fullest span of time between two of these has more than rate × span + `allowed`."""
    due = sorted(got)
    spans = (
        sum(one.tokens for one in due[first : last + 1]) - rate_per_s * (due[last].at_s - due[first].at_s)
        for first in range(len(due))
        for last in range(first, len(due))
    )
    return max(spans, default=0.0) - allowed


steps = st.lists(
    st.tuples(st.integers(0, 3), st.one_of(st.just(0.0), st.floats(0.0, 3.0)), st.integers(1, 12)), max_size=60
)


@given(steps, st.sampled_from([0.5, 7.0, 100.0]), st.sampled_from([1, 5, 30]))
def test_pods_that_put_on_a_condition_keep_to_the_bucket(
    steps: list[tuple[int, float, int]], rate_per_s: float, burst: int
) -> None:
    """Under any interleaving at most burst + rate × t tokens fall due in t seconds, or one take if that is larger."""
    got = taken(steps, SharedTokens(rate_per_s, burst), atomic=True)
    assert over(got, rate_per_s, max([burst, *(due.tokens for due in got)])) < 1e-6


def test_pods_that_put_without_one_take_the_same_tokens() -> None:
    """Three read a full bucket of ten before any of them has put it back: thirty tokens are due at once."""
    race = [(pod, 0.0, 10) for pod in (0, 1, 2, 0, 1, 2)]
    bucket = SharedTokens(1.0, 10)
    assert taken(race, bucket, atomic=False) == [Due(0.0, 10)] * 3
    assert taken(race, bucket, atomic=True) == [Due(0.0, 10)]


def test_a_clock_that_is_behind_drips_nothing() -> None:
    """A pod whose clock is a minute late takes from the bucket as the other left it, and waits for it."""
    bucket = SharedTokens(2.0, 10)
    left = bucket.take((), 60.0, 10)
    assert bucket.take(left.value, 0.0, 1) == ((-1.0, 60.0), 60.5)


@pytest.mark.parametrize(("atomic", "pods"), [(True, 1), (True, 3), (False, 1)])
def test_calls_leave_at_the_buckets_pace(atomic: bool, pods: int) -> None:
    """Pods that agree, or a single one, send the burst and then one token's worth after the other."""
    starts_s = np.sort(sent(atomic, pods))
    counts = np.arange(1, len(starts_s) + 1)
    assert (counts <= 10 + 20.0 * starts_s + 1e-6).all()


def test_pods_that_race_send_more_than_the_bucket_holds() -> None:
    """With equal latencies three pods read at the same instants: what one of them may send, each sends."""
    starts_s = np.sort(sent(atomic=False, pods=3))
    assert (starts_s <= 1.0).sum() > 1.5 * (10 + 20)


def sent(atomic: bool, pods: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The starts of the calls of 120 mails at a bucket of 10 that gains 20 a second, on an account that allows more."""
    settings = {"pods": pods, "atomic": atomic, "rate": 20.0, "burst": 10}
    latency = {"table": {"constant_ms": 10}}
    ledger = run("shared-bucket", batch(120), settings=settings, latency=latency, horizon_s=100.0)
    assert total(ledger, "accepted") == 120
    return np.asarray(ledger.calls["start_s"], np.float64)


def test_a_pod_fetches_tokens_by_the_handful_and_pays_for_each_read_and_write() -> None:
    """For 120 mails at ten tokens a time it asks twelve times, each time with a read and a write."""
    settings = {"pods": 1, "take": 10, "burst": 10, "rate": 100.0}
    ledger = run("shared-bucket", batch(120), settings=settings)
    assert (ledger.usage["dynamodb_reads"], ledger.usage["dynamodb_writes"]) == (12, 12)
