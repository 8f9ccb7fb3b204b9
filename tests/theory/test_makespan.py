"""Whoever is set against the bound is really measured by it; and the broadcast of 900 in exact figures."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import pytest

from reports.verify.ideal_sender import LIMITERS, WORKLOADS, hurried
from scenarios.aws.limiter import TICKS_PER_S
from scenarios.entry import StrategyEntry
from scenarios.ledger.ledger import ACCEPTED
from scenarios.measures.bound import bound_of
from scenarios.measures.cost import load_prices
from scenarios.measures.metrics import measure
from scenarios.schema.accounts.account import Account, LimiterHypothesis
from scenarios.schema.model import Scenario
from scenarios.schema.scenario_file import load
from scenarios.traffic.workload import arrivals
from sim.run import run
from tests.unit.entries import number

SEEDS = range(10)

COMPLETE = dict.fromkeys(("small burst", "sharded"), ("batch",))  # where a mail to many is refused for ever


@pytest.mark.parametrize("limiter", LIMITERS)
def test_the_bound_is_put_to_the_test(limiter: str) -> None:
    """The heartbeat accepts every recipient of every workload that fits, so that its makespan is really compared."""
    for workload in COMPLETE.get(limiter, WORKLOADS):
        mails = run(hurried(workload, limiter, "steady"), "heartbeat", seed=1).mails
        assert mails["accepted"].sum() == mails["recipients"].sum()


# From here on: 900 mails at once at R = B = 30.


@cache
def figures(strategy: str, seed: int, kind: str = "token-bucket") -> StrategyEntry:
    """The comparison's entry of a strategy on broadcast-900, under a kind of limiter."""
    scenario = broadcast_900(kind)
    bound_s = bound_of(scenario, arrivals(scenario.workload, seed)).makespan_s
    return measure(run(scenario, strategy, seed), 30.0, 30, bound_s, load_prices())


def broadcast_900(kind: str) -> Scenario:
    """The scenario of the catalogue, whose limiter may be of another kind."""
    scenario = load("broadcast-900")
    account = Account(max_send_rate_per_s=30.0, limiter=LimiterHypothesis(kind=kind))  # type: ignore[arg-type]
    return scenario if kind == "token-bucket" else scenario.model_copy(update={"account": account})


def test_the_bound_of_the_broadcast() -> None:
    """(900 - 30) ÷ 30 s, to the last bit."""
    scenario = load("broadcast-900")
    assert bound_of(scenario, arrivals(scenario.workload, scenario.seed)).makespan_s == 29.0


@pytest.mark.parametrize("seed", SEEDS)
def test_the_heartbeat_on_the_broadcast(seed: int) -> None:
    """All 900 are accepted, none lost, none twice, at 94 % of the best possible or better."""
    made = figures("heartbeat", seed)
    assert made["recipients"] == {
        "submitted": 900,
        "accepted": 900,
        "dead_lettered": 0,
        "lost": 0,
        "pending": 0,
        "duplicated": 0,
    }
    assert 0.94 <= number(made["efficiency"]) <= 1.0


@pytest.mark.parametrize("seed", SEEDS)
def test_direct_on_the_broadcast(seed: int) -> None:
    """Without retries exactly those are accepted who find a token, told from the calls' instants; the rest is lost."""
    ledger = run(load("broadcast-900"), "direct", seed)
    tokens, tick, verdicts = Fraction(30), 0, []
    for decided_s in ledger.calls["decided_s"].tolist():
        now = int(decided_s * TICKS_PER_S)
        tokens, tick = min(Fraction(30), tokens + Fraction(30 * (now - tick), TICKS_PER_S)), now
        verdicts.append(tokens >= 1)
        tokens -= verdicts[-1]
    assert len(verdicts) == 900
    assert ((ledger.calls["outcome"] == ACCEPTED) == verdicts).all()
    assert ledger.mails["lost"].sum() == 900 - sum(verdicts)
    assert 30 <= sum(verdicts) <= 30 + 30 * float(ledger.calls["decided_s"][-1])


@pytest.mark.parametrize("seed", SEEDS)
def test_the_leaky_bucket_on_the_broadcast(seed: int) -> None:
    """Two pods at half the limit each lose nobody to a bucket, and some to a window that forgives no jitter."""
    assert figures("leaky-bucket", seed)["recipients"]["accepted"] == 900
    assert figures("leaky-bucket", seed, "sliding-window")["recipients"]["lost"] > 0


@pytest.mark.parametrize("seed", SEEDS)
def test_sqs_dlq_on_the_broadcast(seed: int) -> None:
    """The queue loses nobody: who is refused comes back."""
    recipients = figures("sqs-dlq", seed)["recipients"]
    assert recipients["lost"] == recipients["pending"] == 0
    assert recipients["accepted"] + recipients["dead_lettered"] == 900


@pytest.mark.parametrize("seed", SEEDS)
def test_lambda_concurrency_on_the_broadcast(seed: int) -> None:
    """A padded second and what Lambda needs around it: 83 to 89 % of the best possible."""
    made = figures("lambda-concurrency", seed)
    assert made["recipients"]["accepted"] == 900
    assert 0.83 <= number(made["efficiency"]) <= 0.89
