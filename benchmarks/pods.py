"""Two paced pods, ours against SimPy by hand, under loads that are not all there from the start."""

from __future__ import annotations

import math
import random  # noqa: TID251  # the hand-written models draw from it
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from benchmarks.handwritten import Latency, Network, fastest, lists, stores
from scenarios.schema.latency import Lognormal
from scenarios.schema.model import Scenario
from scenarios.traffic.workload import arrivals
from sim.run import run
from strategies.ports import Mail
from strategies.registry import STRATEGIES

MAILS = 50_000
RATE_PER_S = 30.0
BUSY = 0.8  # of what the account grants, by the loads that trickle in
ROUNDS, ROUNDS_OF_STRATEGIES = 3, 2
SEED = 1
ACCEPT, REFUSE = Lognormal(median_ms=50, p99_ms=250), Lognormal(median_ms=20, p99_ms=60)
Z_P99 = 2.3263478740408408
HOURS = (1, 2, 4, 6, 6, 5, 5, 6, 7, 8, 6, 3)

OURS = "seslab"


class Result(NamedTuple):
    """Seconds of processor time, by contestant: the best of interleaved rounds."""

    load: str
    recipients: int
    seconds: dict[str, float]

    def times_as_fast(self, contestant: str) -> float:
        return self.seconds[contestant] / self.seconds[OURS]


def load(process: str, recipients: int) -> Scenario:
    """Mails on an account without a quota, seen to their end."""
    per_s = BUSY * RATE_PER_S / recipients
    lasts_s = MAILS / per_s
    processes: dict[str, dict[str, Any]] = {
        "batch": {"messages": MAILS},
        "constant": {"messages_per_s": per_s, "duration_s": lasts_s},
        "poisson": {"messages_per_s": per_s, "duration_s": lasts_s},
        "profile": {"messages": MAILS, "duration_s": lasts_s, "weights": (*HOURS, *HOURS)},
    }
    return Scenario.model_validate(
        {
            "name": process,
            "horizon_s": 1e6,
            "account": {"max_send_rate_per_s": RATE_PER_S, "max_24h_send": -1},
            "workload": ({"process": process, "recipients": recipients, **processes[process]},),
        }
    )


LOADS = ("poisson", "constant", "profile", "batch")


def measure() -> list[Result]:
    """The pods against the hand-written ones, under every load with one and with two recipients a mail."""
    return [
        Result(process, recipients, _best(_contestants(load(process, recipients)), ROUNDS))
        for process in LOADS
        for recipients in (1, 2)
    ]


def measure_strategies() -> list[Result]:
    """All strategies, on the trickle and on the batch."""
    return [
        Result(process, 1, _best(_strategies(load(process, 1)), ROUNDS_OF_STRATEGIES))
        for process in ("poisson", "batch")
    ]


def _best(contestants: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    best_s = dict.fromkeys(contestants, math.inf)
    for _ in range(rounds):
        for name, contestant in contestants.items():
            best_s[name] = min(best_s[name], _seconds(contestant))
    return best_s


def _strategies(scenario: Scenario) -> dict[str, Callable[[], object]]:
    return {name: partial(run, scenario, name, SEED) for name in STRATEGIES}


def _contestants(scenario: Scenario) -> dict[str, Callable[[], object]]:
    mails, draws = _mails(scenario), np.random.default_rng(SEED)
    accepts, refusals = ACCEPT.sample(draws, len(mails)).tolist(), REFUSE.sample(draws, len(mails)).tolist()
    return {
        OURS: lambda: run(scenario, "leaky-bucket", SEED),
        "SimPy, stores": lambda: stores(mails, _network()),
        "SimPy, lists": lambda: lists(mails, _network()),
        "SimPy at its fastest": lambda: fastest(mails, RATE_PER_S, accepts, refusals),
    }


def _mails(scenario: Scenario) -> Sequence[Mail]:
    traffic = arrivals(scenario.workload, SEED)
    rows = enumerate(zip(traffic.recipients.tolist(), traffic.intended_s.tolist(), strict=True))
    return [Mail(number, recipients, intended_s) for number, (recipients, intended_s) in rows]


def _network() -> Network:
    return Network(RATE_PER_S, _by_hand(ACCEPT), _by_hand(REFUSE))


def _by_hand(latency: Lognormal) -> Latency:
    return Latency(math.log(latency.median_s), math.log(latency.p99_ms / latency.median_ms) / Z_P99, random.Random(1))


def _seconds(work: Callable[[], object]) -> float:
    started_s = time.process_time()
    work()
    return time.process_time() - started_s
