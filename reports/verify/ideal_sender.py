"""Nobody beats the ideal sender, whoever sends through whichever limiter; and its makespan has closed forms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import product
from math import inf
from typing import Any

import numpy as np

from reports.running.experiment import Result
from reports.verify.bench import TICK_S, Bench, Experiment, Finding, Law, at_least, exactly, gathered
from reports.verify.closed_forms import Floats, debt_batch_s, strict_batch_s, window_batch_s
from reports.verify.scenes import scene
from scenarios.aws.limit_steps import limit_steps
from scenarios.ledger.ledger import Ledger
from scenarios.ledger.recipients import acceptances
from scenarios.measures.bound import bound_of
from scenarios.measures.ideal.admissions import admissions
from scenarios.schema.model import Scenario
from scenarios.traffic.workload import Arrivals, arrivals
from strategies.registry import STRATEGIES

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
PATIENT: dict[str, dict[str, Any]] = {
    "direct": {"retry": "standard"},
    "leaky-bucket": {"retry": "legacy"},
    "sqs-dlq": {"visibility_timeout_s": 10.0, "max_receive_count": 100},
}
AT_ONCE, RATE_PER_S, BURST = 900, 30, 50
LARGE_MAILS = 18, 50
"""So many mails to so many recipients, as many as `AT_ONCE`."""


def hurried(workload: str, limiter: str, rates: str) -> Scenario:
    """A scenario on 20 recipients a second, with strategies that try hard."""
    account = {"max_send_rate_per_s": 20.0, "max_24h_send": -1, "limiter": LIMITERS[limiter]}
    return scene(*WORKLOADS[workload], account=account, fault=RATES[rates], strategies=PATIENT, horizon_s=2000.0)


def least_lag_s(scenario: Scenario, ledger: Ledger) -> float:
    """How far the ideal sender is ahead where it is ahead the least; infinite where there is nothing to compare.

    Recipient k is set against its k-th. In debt the ideal order is another for each k, so only the makespan counts,
    and that of those alone who had every recipient accepted.
    """
    accepted = acceptances(ledger)
    accepted_s, traffic = np.repeat(accepted.decided_s, accepted.fresh), arrivals(scenario.workload, ledger.seed)
    return min(_of_recipients_s(scenario, traffic, accepted_s), _of_makespan_s(scenario, traffic, accepted_s))


def _of_recipients_s(scenario: Scenario, traffic: Arrivals, accepted_s: Floats) -> float:
    if scenario.account.limiter.admission == "debt":
        return inf
    chunks = admissions(traffic, scenario.account.limiter, limit_steps(scenario))
    ideal_s = np.concatenate([chunk.admitted_s for chunk in chunks])
    return float((accepted_s - ideal_s[: len(accepted_s)]).min(initial=inf))


def _of_makespan_s(scenario: Scenario, traffic: Arrivals, accepted_s: Floats) -> float:
    ideal_s = bound_of(scenario, traffic).makespan_s
    if ideal_s is None or len(accepted_s) < traffic.recipients.sum():
        return inf
    return float(accepted_s[-1] - traffic.intended_s[0] - ideal_s)


def _makespans(_bench: Bench) -> Iterator[Experiment]:
    """Nothing is simulated: the bound is computed, and so is what it should be."""
    yield Experiment((), _closed_forms)


def _closed_forms(_results: Sequence[Result]) -> Iterator[Finding]:
    mails, size = LARGE_MAILS
    strict, debt = strict_batch_s(AT_ONCE, BURST, RATE_PER_S), debt_batch_s(mails, size, BURST, RATE_PER_S)
    window = window_batch_s(AT_ONCE, RATE_PER_S)
    yield _makespan("token bucket, strict", strict, AT_ONCE, 1, burst=BURST)
    yield _makespan("token bucket, in debt", debt, mails, size, burst=BURST, admission="debt")
    yield _makespan("fixed window", window, AT_ONCE, 1, kind="fixed-window")
    yield _makespan("sliding window", window, AT_ONCE, 1, kind="sliding-window")


def _makespan(what: str, theory_s: float, mails: int, size: int, **limiter: Any) -> Finding:
    batch = {"process": "batch", "messages": mails, "recipients": size}
    account = {"max_send_rate_per_s": float(RATE_PER_S), "max_24h_send": -1, "limiter": limiter}
    scenario = scene(batch, account=account)
    makespan_s = bound_of(scenario, arrivals(scenario.workload, scenario.seed)).makespan_s
    return Finding(what, "s", exactly(theory_s), [inf if makespan_s is None else makespan_s], TICK_S)


def _races(bench: Bench) -> Iterator[Experiment]:
    scenarios = [hurried(*names) for names in product(WORKLOADS, LIMITERS, RATES)]
    for strategy in STRATEGIES:
        runs = [bench.once(one, strategy, partial(least_lag_s, one)) for one in scenarios]
        yield Experiment([job for jobs in runs for job in jobs], partial(_least_lag, strategy))


def _least_lag(strategy: str, results: Sequence[Result]) -> Iterator[Finding]:
    yield Finding(f"lag, {strategy}", "s", at_least(0.0), [min(gathered(results))], TICK_S)


SOURCE = "Le Boudec and Thiran, Network Calculus, 2001"
RUNS = len(WORKLOADS) * len(LIMITERS) * len(RATES)
LAWS = (
    Law("the best possible", f"{AT_ONCE} recipients at once at {RATE_PER_S} a second", SOURCE, _makespans),
    Law("nobody is faster", f"the least lag behind the best possible in {RUNS} runs", SOURCE, _races),
)
