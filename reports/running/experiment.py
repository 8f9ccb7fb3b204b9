"""Runs strategies on one scenario, each measured where it ran: only figures travel, ledgers go straight to disk."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple, overload

from reports.running.keeping import keep
from reports.statistics.intervals import mean_of
from reports.statistics.replications import combine
from scenarios.entry import StrategyEntry
from scenarios.errors import BadInput, RunFailed
from scenarios.ledger.ledger import Ledger
from scenarios.measures.arrangements import ideal_of
from scenarios.measures.bound import Bound
from scenarios.measures.cost import Prices
from scenarios.measures.measured import measured
from scenarios.runs import Watch, blaming
from scenarios.schema.model import Scenario

Runner = Callable[[Scenario, str, int, Watch | None], Ledger]
"""Makes one run of a strategy with a seed, in whatever world; may be watched."""


def name_of(runner: Runner) -> str:
    """The same in every process."""
    return f"{runner.__module__}.{getattr(runner, '__qualname__', runner)}"


LAST_SEED = 2**63 - 1  # generators take no more
LESS = "send fewer mails, or run one strategy at a time"
Gather = Callable[[Ledger], Any]
"""Takes from a ledger, in the process of its run, what is to travel besides the figures; known by its module's name."""


def nothing(_ledger: Ledger) -> None:
    """Figures are enough."""


Standing = Callable[[Scenario, str], Mapping[str, float]]
"""What a ledger's usage is to say of a strategy besides its run: what it uses between runs, and its pods."""


def unknown_standing(_scenario: Scenario, _strategy: str) -> Mapping[str, float]:
    """Nothing is said, and no month is worked out."""
    return {}


@dataclass(frozen=True)
class Job:
    """One run of one strategy. With `out` the ledger is kept there; `gather` takes from it what figures do not tell.

    `curves` takes what pictures are drawn from, where the ledger is kept. `standing` is added to the usage that the run
    has counted. `round` counts from 1 where the same mails go out again.
    """

    runner: Runner
    scenario: Scenario
    strategy: str
    seed: int
    prices: Prices
    out: Path | None = None
    gather: Gather = nothing
    standing: Mapping[str, float] = field(default_factory=dict)
    curves: Gather = nothing
    round: int | None = None


class Result(NamedTuple):
    """The figures of one run, those of the ideal sender on the same mails, and what else was taken from its ledger."""

    entry: StrategyEntry
    bound: Bound
    gathered: Any = None
    curves: Any = None


class Repeated(Sequence[Job], ABC):
    """Jobs of each strategy, several times over, each made when it is asked for: there may be millions."""

    def __init__(self, first: Sequence[Job], replications: int) -> None:
        self._first, self.replications = first, replications

    @property
    def strategies(self) -> list[str]:
        """In the order in which they first run."""
        return [job.strategy for job in self._first]

    def __len__(self) -> int:
        return len(self._first) * self.replications

    @overload
    def __getitem__(self, at: int) -> Job: ...
    @overload
    def __getitem__(self, at: slice) -> list[Job]: ...
    def __getitem__(self, at: int | slice) -> Job | list[Job]:
        numbers = range(len(self))[at]
        return self._job(numbers) if isinstance(numbers, int) else [self._job(number) for number in numbers]

    @abstractmethod
    def _job(self, number: int) -> Job:
        """The one that is run after so many others."""


class Jobs(Repeated):
    """Strategy by strategy, replication by replication."""

    def between(self, done: int, wanted: int) -> list[Job]:
        """Those of each strategy's replications that are wanted and not done, counted from 0."""
        starts = range(0, len(self), self.replications)
        return [self._job(start + replication) for start in starts for replication in range(done, wanted)]

    def _job(self, number: int) -> Job:
        """Of a strategy's replications the first one's ledger is kept."""
        strategy, replication = divmod(number, self.replications)
        first = self._first[strategy]
        return replace(first, seed=first.seed + replication, out=None) if replication else first


def jobs(
    runner: Runner,
    scenario: Scenario,
    strategies: Sequence[str],
    replications: int,
    prices: Prices,
    out: Path | None,
    gather: Gather = nothing,
    standing: Standing = unknown_standing,
    curves: Gather = nothing,
) -> Jobs:
    """Each strategy under so many seeds, counting up from the scenario's. Raises BadInput where there are none left."""
    if scenario.seed + replications - 1 > LAST_SEED:
        raise BadInput(f"seed {scenario.seed}: {replications:,} replications count up beyond {LAST_SEED}; begin lower")
    first = [
        Job(runner, scenario, strategy, scenario.seed, prices, out, gather, standing(scenario, strategy), curves)
        for strategy in strategies
    ]
    return Jobs(first, replications)


def perform(job: Job, watch: Watch | None = None) -> Result:
    """Run a job and measure it. Raises RunFailed where memory runs out."""
    try:
        return _performed(job, watch)
    except MemoryError as error:
        raise RunFailed(f"{job.strategy}, seed {job.seed}: memory ran out; {LESS}") from error


def _performed(job: Job, watch: Watch | None) -> Result:
    with blaming(job.scenario.strategy_of(job.strategy)):
        ledger = job.runner(job.scenario, job.strategy, job.seed, watch)
    ledger = replace(ledger, usage={**ledger.usage, **job.standing})
    curves = None
    if job.out is not None:
        keep(ledger, job.scenario, job.out)
        curves = job.curves(ledger)
    ideal = ideal_of(job.scenario, job.seed)
    return Result(measured(job.scenario, ledger, ideal, job.prices), ideal, job.gather(ledger), curves)


def summarise(results: Sequence[Result]) -> tuple[list[StrategyEntry], Bound]:
    """One entry per strategy over its replications, and the bound, which all share; needs a result."""
    by_strategy: dict[str, list[Result]] = {}
    for result in results:
        by_strategy.setdefault(result.entry["strategy"], []).append(result)
    entries = [combine([result.entry for result in group]) for group in by_strategy.values()]
    longest = max(by_strategy.values(), key=len)
    return entries, Bound(*(mean_of(figures) for figures in zip(*(result.bound for result in longest), strict=True)))
