"""Our kernel against SimPy by hand: two paced pods, one mail a call."""

from __future__ import annotations

import math
import random  # noqa: TID251  # the hand-written models draw from it
import time
from collections.abc import Callable

import numpy as np

from benchmarks.handwritten import Latency, fastest, only_calls, start_decision_end
from scenarios.schema.latency import Lognormal
from scenarios.schema.model import Scenario
from sim.run import run

MAILS = 100_000
RATE_PER_S = 30.0
ROUNDS = 5
ACCEPT, REFUSE = Lognormal(median_ms=50, p99_ms=250), Lognormal(median_ms=20, p99_ms=60)
Z_P99 = 2.3263478740408408


def scenario(mails: int) -> Scenario:
    """A batch at second 0, on an account without a quota, seen to its end."""
    return Scenario.model_validate(
        {
            "name": "two-pods",
            "horizon_s": 1e6,
            "account": {"max_send_rate_per_s": RATE_PER_S, "max_24h_send": -1},
            "workload": ({"process": "batch", "messages": mails},),
        }
    )


def measure() -> dict[str, float]:
    """Mails per second of processor time, by contestant: the best of interleaved rounds."""
    contestants = _contestants()
    best_s = dict.fromkeys(contestants, math.inf)
    for _ in range(ROUNDS):
        for name, contestant in contestants.items():
            best_s[name] = min(best_s[name], _seconds(contestant))
    return {name: MAILS / seconds for name, seconds in best_s.items()}


def _contestants() -> dict[str, Callable[[], object]]:
    draws, ours = np.random.default_rng(1), scenario(MAILS)
    accepts, refusals = ACCEPT.sample(draws, MAILS).tolist(), REFUSE.sample(draws, MAILS).tolist()
    return {
        "seslab": lambda: run(ours, "leaky-bucket", 1),
        "SimPy, only calls": lambda: only_calls(MAILS, RATE_PER_S, _by_hand(ACCEPT), _by_hand(REFUSE)),
        "SimPy, same work": lambda: start_decision_end(MAILS, RATE_PER_S, _by_hand(ACCEPT), _by_hand(REFUSE)),
        "SimPy, as fast as it goes": lambda: fastest(accepts, refusals, RATE_PER_S),
    }


def _by_hand(latency: Lognormal) -> Latency:
    return Latency(math.log(latency.median_s), math.log(latency.p99_ms / latency.median_ms) / Z_P99, random.Random(1))


def _seconds(work: Callable[[], object]) -> float:
    started_s = time.process_time()
    work()
    return time.process_time() - started_s
