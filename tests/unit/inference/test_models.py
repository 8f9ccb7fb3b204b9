"""The right limiter explains every call: deficits are those of the exact limiters."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.aws.limiter import build_limiter
from scenarios.inference.calls import Calls, calls_of
from scenarios.inference.likelihood import Likelihood, likelihood
from scenarios.inference.models import Candidates
from scenarios.inference.suppositions import Kind, Supposition
from scenarios.schema.accounts.account import LimiterHypothesis, resolved

RATE_PER_S = 12.0
SLIP = 1e-3
KINDS: dict[Kind, dict[str, Any]] = {
    "token-bucket": {"burst": 9},
    "debt": {"burst": 9, "admission": "debt"},
    "fixed-window": {"kind": "fixed-window"},
    "sliding-window": {"kind": "sliding-window"},
}

asked = st.lists(st.tuples(st.integers(0, 400), st.integers(1, 9)), min_size=20, max_size=60)


def decided(kind: Kind, rows: list[tuple[int, int]], cost: float, shards: int = 1) -> Calls:
    """The calls, each so many milliseconds after the one before, as the exact limiter decides on them."""
    keys = {**KINDS[kind], "refusal_cost": cost, "shards": shards, "effective_rate": 0.9}
    limiter = build_limiter(resolved(LimiterHypothesis.model_validate(keys), RATE_PER_S), RATE_PER_S, 1)
    at_s = np.cumsum([gap_ms / 1000 + 0.0003 for gap_ms, _ in rows])
    accepted = [limiter.admit(float(at), recipients) for at, (_, recipients) in zip(at_s, rows, strict=True)]
    return calls_of(at_s, [recipients for _, recipients in rows], accepted)


def judged(kind: Kind, calls: Calls, capacity: float, cost: float, shards: int = 1) -> Likelihood:
    """How likely one candidate with the right rate makes them."""
    one = Supposition(kind, shards)
    candidate = Candidates(*(np.array([value]) for value in (0.9 * RATE_PER_S, capacity, cost, 0.0)))
    return likelihood(calls, candidate, one.build, one.needed(calls), shards, SLIP, 8, 1, np.random.default_rng(1))


@pytest.mark.parametrize("kind", KINDS)
@given(rows=asked, cost=st.sampled_from([0.0, 0.5, 1.0]))
@settings(max_examples=25, deadline=None)
def test_nothing_contradicts_the_limiter_that_decided(kind: Kind, rows: list[tuple[int, int]], cost: float) -> None:
    """Whatever was asked, the right parameters explain each outcome."""
    told = judged(kind, decided(kind, rows, cost), 10 if "window" in kind else 9, cost)
    assert told.unexplained == 0
    assert told.log == pytest.approx(len(rows) * np.log(1 - SLIP))


@pytest.mark.parametrize("kind", KINDS)
def test_a_capacity_that_is_off_is_contradicted(kind: Kind) -> None:
    """One recipient more or less, and calls of one recipient without a pause tell."""
    calls = decided(kind, [(0, 1)] * 40, 0.0)
    right = 10 if "window" in kind else 9
    assert judged(kind, calls, right, 0.0).unexplained == 0
    assert all(judged(kind, calls, right + off, 0.0).unexplained > 0 for off in (-1, 1))


@pytest.mark.parametrize("kind", KINDS)
def test_shards_explain_what_one_limiter_does_not(kind: Kind) -> None:
    """Calls that get through after one alike was refused: three shards are likelier than one."""
    calls = decided(kind, [(5, 1)] * 120, 0.0, shards=3)
    right = 10 if "window" in kind else 9
    one, three = judged(kind, calls, right, 0.0), judged(kind, calls, right, 0.0, shards=3)
    assert three.log > one.log + 10


def test_what_may_have_been_so_contradicts_nothing() -> None:
    """A decision somewhere within a second may have come before or after a recipient was back."""
    calls = decided("token-bucket", [(0, 1)] * 12, 0.0)
    blurred = calls._replace(half_s=np.full_like(calls.at_s, 1.0))
    assert judged("token-bucket", calls, 12, 0.0).unexplained > 0
    assert judged("token-bucket", blurred, 12, 0.0).unexplained == 0


@pytest.mark.parametrize("kind", KINDS)
@given(rows=asked, half_ms=st.sampled_from([1, 20, 150]), seed=st.integers(0, 99))
@settings(max_examples=25, deadline=None)
def test_rows_that_jitter_out_of_order_contradict_nothing(
    kind: Kind, rows: list[tuple[int, int]], half_ms: int, seed: int
) -> None:
    """Where instants are as exact as is said, the right parameters explain each outcome, whichever row comes first."""
    calls, half_s = decided(kind, rows, 0.0), half_ms / 1000
    jitter = np.random.default_rng(seed).uniform(-half_s, half_s, len(rows))
    seen = calls_of(calls.at_s + jitter, calls.recipients, calls.accepted, half_s)
    assert judged(kind, seen, 10 if "window" in kind else 9, 0.0).unexplained == 0
