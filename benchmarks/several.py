"""Four accounts in one scenario against the same four alone: what joining and telling them apart costs."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from typing import NamedTuple

from reports.running.accounts import Across
from reports.running.experiment import Job, perform
from scenarios.measures.cost import load_prices
from scenarios.schema.model import Scenario
from scenarios.traffic.slices import slices_of
from sim.run import run

MAILS, ROUNDS, AIM = 20_000, 5, 1.1
RATES_PER_S = {"us": 30, "uk": 15, "fr": 10, "de": 20}
STRATEGIES = ("leaky-bucket", "heartbeat")


class Several(NamedTuple):
    """Processor seconds of each round, the whole's and the four's turn about."""

    strategy: str
    whole_s: Sequence[float]
    alone_s: Sequence[float]

    @property
    def ratio(self) -> float:
        """The median of the rounds' ratios: what slows the machine slows both."""
        return statistics.median(one / four for one, four in zip(self.whole_s, self.alone_s, strict=True))


def measure() -> list[Several]:
    """Figures included, as a comparison has them."""
    scenario = _scenario()
    parts = [*slices_of(scenario).values()]
    found = []
    for strategy in STRATEGIES:
        whole_s, alone_s = [], []
        for _ in range(ROUNDS):
            alone_s.append(sum(_took_s(Job(run, part, strategy, 1, load_prices())) for part in parts))
            whole_s.append(_took_s(Job(Across(run), scenario, strategy, 1, load_prices())))
        found.append(Several(strategy, whole_s, alone_s))
    return found


def _took_s(job: Job) -> float:
    started_s = time.process_time()
    perform(job)
    return time.process_time() - started_s


def _scenario() -> Scenario:
    """Mail at four fifths of each limit, for as long as so many mails take."""
    share = MAILS / sum(RATES_PER_S.values())
    workloads = [
        {"account": name, "process": "poisson", "duration_s": share / 0.8, "messages_per_s": 0.8 * rate_per_s}
        for name, rate_per_s in RATES_PER_S.items()
    ]
    accounts = {name: {"max_send_rate_per_s": float(rate_per_s)} for name, rate_per_s in RATES_PER_S.items()}
    return Scenario.model_validate(
        {"name": "four", "horizon_s": 2 * share, "accounts": accounts, "workload": tuple(workloads)}
    )
