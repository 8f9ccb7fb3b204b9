"""A rate that is found by trying, and the pods that send at it."""

from __future__ import annotations

from itertools import pairwise

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from strategies.policies.aimd_rate import AimdRate
from tests.unit.simulated import outcomes, run, total
from tests.unit.virtual import batch, exactly, fault

LEAST_PER_S, MOST_PER_S = 0.5, 40.0
gaps_s = st.one_of(st.just(0.0), st.floats(0.001, 5.0))
answers = st.lists(st.tuples(gaps_s, st.floats(0.0, 2.0), st.integers(0, 50)), max_size=100)


@given(st.floats(0.01, 100.0), st.floats(0.01, 0.99), answers)
def test_the_rate_stays_within_bounds_and_falls_once_a_round_trip(
    initial_per_s: float, decrease: float, answers: list[tuple[float, float, int]]
) -> None:
    """Whatever is answered: no call whose refusal lowered the rate began before the rate was last lowered.

    An answer is a gap before it, how long its call took, and the recipients accepted, 0 for a refusal.
    """
    rate, now_s = AimdRate(initial_per_s, 1.0, decrease, LEAST_PER_S, MOST_PER_S), 0.0
    falls_s: list[tuple[float, float]] = []
    for gap_s, took_s, accepted in answers:
        now_s, before_per_s = now_s + gap_s, rate.per_s
        if accepted:
            rate.accepted(accepted)
            assert before_per_s <= rate.per_s
        else:
            rate.refused(now_s - took_s, now_s)
            assert rate.per_s in (before_per_s, max(LEAST_PER_S, before_per_s * decrease))
        if rate.per_s < before_per_s:
            falls_s.append((now_s - took_s, now_s))
        assert LEAST_PER_S <= rate.per_s <= MOST_PER_S
    assert all(began_s >= fell_s for (_, fell_s), (began_s, _) in pairwise(falls_s))


def test_the_rate_grows_by_the_second_of_accepted_sending() -> None:
    """At full speed a rate gains its increase each second, whatever the size of its calls; idle it gains nothing."""
    for size in (1, 5):
        rate, sending_s = AimdRate(10.0, 2.0, 0.5, LEAST_PER_S, 1000.0), 0.0
        while sending_s < 20.0:
            sending_s += size / rate.per_s
            rate.accepted(size)
        assert rate.per_s == pytest.approx(10.0 + 2.0 * sending_s)


def test_what_was_refused_goes_before_what_is_new() -> None:
    """One pod at four times the limit: mails are accepted in their order, but for those on their way at a refusal."""
    hasty = {"pods": 1, "initial_rate": 8.0, "max_rate": 20.0}
    ledger = run("aimd", batch(100), settings=hasty, rate_per_s=2.0, horizon_s=300.0)
    assert total(ledger, "throttles") > 0
    assert total(ledger, "accepted") == 100
    accepted = ledger.calls["mail"][ledger.calls["outcome"] == 0]
    assert np.abs(accepted - np.arange(100)).max() <= 8


def test_patience_ends() -> None:
    """A call is sent again until it has been refused for longer than its pod's patience, and is then lost."""
    out = fault("outage", start_s=0.0, duration_s=100.0)
    slow = {"pods": 1, "initial_rate": 1.0, "patience_s": 5.0}
    ledger = run("aimd", batch(1), settings=slow, fault=(out,), rate_per_s=1.0)
    assert set(outcomes(ledger)) == {"failed"}
    assert total(ledger, "lost") == 1
    first_s, last_s = ledger.calls["end_s"][[0, -1]]
    assert 5.0 <= last_s - first_s <= 5.0 + 1 / 0.9**5 + 1.0
    assert ledger.ended_s == exactly(last_s)
