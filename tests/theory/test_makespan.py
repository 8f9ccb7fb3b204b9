"""Nobody beats the bound, whoever sends through whichever limiter; and the broadcast of 900 in exact figures."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import pytest

from scenarios.aws.limiter import TICKS_PER_S
from scenarios.entry import StrategyEntry
from scenarios.ledger.ledger import ACCEPTED, Ledger
from scenarios.ledger.recipients import acceptances
from scenarios.measures.bound import admissions, bound_of, rate_steps
from scenarios.measures.cost import load_prices
from scenarios.measures.metrics import measure
from scenarios.schema.account import Account, LimiterHypothesis
from scenarios.schema.model import Scenario, load
from scenarios.traffic.workload import arrivals
from sim.run import run
from strategies.registry import STRATEGIES
from tests.theory.scenes import scene
from tests.unit.entries import number

TICK_S = 1 / TICKS_PER_S
SEEDS = range(10)

MIX = {"values": (1, 5, 20, 50), "weights": (0.4, 0.3, 0.2, 0.1)}
WORKLOADS: dict[str, tuple[dict[str, Any], ...]] = {
    "batch": ({"process": "batch", "at_s": 0.3, "messages": 300},),
    "mails to many": ({"process": "batch", "messages": 60, "recipients": MIX},),
    "streams": (
        {"process": "poisson", "messages_per_s": 15.0, "duration_s": 10.0},
        {"process": "constant", "start_s": 5.5, "messages_per_s": 3.0, "duration_s": 4.0, "recipients": 7},
    ),
    "oversized": ({"process": "batch", "messages": 8, "recipients": 70},),
}
LIMITERS: dict[str, dict[str, Any]] = {
    "strict": {},
    "small burst": {"burst": 3, "refusal_cost": 0.5},
    "debt": {"admission": "debt"},
    "fixed": {"kind": "fixed-window"},
    "sliding": {"kind": "sliding-window"},
    "slow": {"effective_rate": 0.9},
    "sharded": {"shards": 3},
}
RATES: dict[str, tuple[dict[str, Any], ...]] = {
    "steady": (),
    "changing": (
        {"kind": "rate_change", "start_s": 2.0, "duration_s": 3.0, "max_send_rate_per_s": 8.5},
        {"kind": "rate_change", "start_s": 7.25, "duration_s": 10.0, "max_send_rate_per_s": 55.0},
    ),
}


def sped_up(workload: str, limiter: str, rates: str) -> Scenario:
    """A scenario on 20 recipients a second, with default latencies and strategies that try hard."""
    patient = {
        "direct": {"retry": "standard"},
        "leaky-bucket": {"retry": "legacy"},
        "sqs-dlq": {"visibility_timeout_s": 10.0, "max_receive_count": 100},
    }
    account = {"max_send_rate_per_s": 20.0, "max_24h_send": -1, "limiter": LIMITERS[limiter]}
    return scene(*WORKLOADS[workload], account=account, fault=RATES[rates], strategies=patient, horizon_s=2000.0)


def fresh_s(ledger: Ledger) -> Any:
    """The instants of first acceptances, one per recipient, ascending."""
    accepted = acceptances(ledger)
    return np.repeat(accepted.decided_s, accepted.fresh)


@pytest.mark.parametrize("rates", RATES)
@pytest.mark.parametrize("limiter", LIMITERS)
@pytest.mark.parametrize("workload", WORKLOADS)
def test_nobody_beats_the_bound(workload: str, limiter: str, rates: str) -> None:
    """Recipient k is never accepted before the ideal sender's k-th, and who accepts all needs at least the bound.

    To within a tick of the limiter's clock. In debt the ideal order is another for each k, so only the makespan counts.
    """
    scenario = sped_up(workload, limiter, rates)
    traffic = arrivals(scenario.workload, 1)
    ideal_s = np.concatenate(
        [some.admitted_s for some in admissions(traffic, scenario.account.limiter, rate_steps(scenario))]
    )
    bound_s = bound_of(scenario, traffic).makespan_s
    assert bound_s is not None
    for strategy in STRATEGIES:
        ledger = run(scenario, strategy, seed=1)
        accepted_s = fresh_s(ledger)
        if scenario.account.limiter.admission == "strict":
            assert (accepted_s >= ideal_s[: len(accepted_s)] - TICK_S).all()
        if len(accepted_s) == len(ideal_s):
            assert accepted_s[-1] - traffic.intended_s[0] >= bound_s - TICK_S


COMPLETE = dict.fromkeys(("small burst", "sharded"), ("batch",))  # where a mail to many is refused for ever


@pytest.mark.parametrize("limiter", LIMITERS)
def test_the_bound_is_put_to_the_test(limiter: str) -> None:
    """The heartbeat accepts every recipient of every workload that fits, so that its makespan is really compared."""
    for workload in COMPLETE.get(limiter, WORKLOADS):
        mails = run(sped_up(workload, limiter, "steady"), "heartbeat", seed=1).mails
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
