"""Runs strategies on one scenario, each measured where it ran: only figures travel, ledgers go straight to disk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from reports.statistics.intervals import mean_of
from reports.statistics.replications import combine
from scenarios.entry import StrategyEntry
from scenarios.ledger import store
from scenarios.ledger.ledger import Ledger
from scenarios.measures.bound import Bound, bound_of
from scenarios.measures.cost import Prices
from scenarios.measures.measured import measured
from scenarios.runs import Watch, blaming
from scenarios.schema.model import Scenario
from scenarios.system.interrupts import interrupts_later
from scenarios.traffic.workload import arrivals

Runner = Callable[[Scenario, str, int, Watch | None], Ledger]
"""Makes one run of a strategy with a seed, in whatever world; may be watched."""


Gather = Callable[[Ledger], Any]
"""Takes from a ledger, in the process of its run, what is to travel besides the figures; known by its module's name."""


def nothing(_ledger: Ledger) -> None:
    """Figures are enough."""


@dataclass(frozen=True)
class Job:
    """One run of one strategy. With `out` the ledger is kept there; `gather` takes from it what figures do not tell."""

    runner: Runner
    scenario: Scenario
    strategy: str
    seed: int
    prices: Prices
    out: Path | None = None
    gather: Gather = nothing


class Result(NamedTuple):
    """The figures of one run, those of the ideal sender on the same mails, and what else was gathered."""

    entry: StrategyEntry
    bound: Bound
    gathered: Any = None


def jobs(
    runner: Runner,
    scenario: Scenario,
    strategies: Sequence[str],
    replications: int,
    prices: Prices,
    out: Path | None,
    gather: Gather = nothing,
) -> list[Job]:
    """Strategy by strategy, replication by replication; the first replication's ledger is the one to keep."""
    return [
        Job(runner, scenario, strategy, scenario.seed + number, prices, out if number == 0 else None, gather)
        for strategy in strategies
        for number in range(replications)
    ]


def perform(job: Job, watch: Watch | None = None) -> Result:
    """Run a job and measure it."""
    with blaming(job.strategy):
        ledger = job.runner(job.scenario, job.strategy, job.seed, watch)
    if job.out is not None:
        with interrupts_later():
            store.write(ledger, job.out)
    ideal = bound_of(job.scenario, arrivals(job.scenario.workload, job.seed))
    return Result(measured(job.scenario, ledger, ideal, job.prices), ideal, job.gather(ledger))


def summarise(results: Sequence[Result]) -> tuple[list[StrategyEntry], Bound]:
    """One entry per strategy over its replications, and the bound, which all share; needs a result."""
    by_strategy: dict[str, list[Result]] = {}
    for result in results:
        by_strategy.setdefault(result.entry["strategy"], []).append(result)
    entries = [combine([result.entry for result in group]) for group in by_strategy.values()]
    longest = max(by_strategy.values(), key=len)
    return entries, Bound(*(mean_of(figures) for figures in zip(*(result.bound for result in longest), strict=True)))
