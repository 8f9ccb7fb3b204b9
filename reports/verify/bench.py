"""Where laws are put to the test: which runs it takes, and what is found in them beside what theory allows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from reports.running.experiment import Gather, Job, Result, Runner, jobs
from scenarios.aws.limiter import TICKS_PER_S
from scenarios.measures.cost import Prices
from scenarios.schema.model import Scenario

TICK_S = 1 / TICKS_PER_S
"""A second as finely as a limiter's clock tells it: two instants that are no further apart are the same."""


class Range(NamedTuple):
    """What theory allows, both ends included; None where it has no end."""

    least: float | None
    most: float | None

    def meets(self, low: float, high: float) -> bool:
        """Whether it has a point in common with an interval."""
        return (self.least is None or high >= self.least) and (self.most is None or low <= self.most)


def exactly(figure: float) -> Range:
    """One figure and no other."""
    return Range(figure, figure)


def at_most(figure: float) -> Range:
    """Anything up to a figure."""
    return Range(None, figure)


def at_least(figure: float) -> Range:
    """Anything from a figure on."""
    return Range(figure, None)


class Finding(NamedTuple):
    """What was measured: once where chance has no say, which is exact to a resolution, else in each replication."""

    what: str
    unit: str
    theory: Range
    samples: Sequence[float]
    resolution: float = 0.0


class Experiment(NamedTuple):
    """Runs, and what is to be found in their results, which come in the order of the runs."""

    jobs: Sequence[Job]
    find: Callable[[Sequence[Result]], Iterable[Finding]]


@dataclass(frozen=True)
class Bench:
    """What makes runs, with which seeds and how many of each where chance has a say."""

    runner: Runner
    seed: int
    replications: int
    prices: Prices

    def once(self, scenario: Scenario, strategy: str, gather: Gather) -> Sequence[Job]:
        """A single run."""
        return self._runs(scenario, strategy, gather, 1)

    def replicated(self, scenario: Scenario, strategy: str, gather: Gather) -> Sequence[Job]:
        """A run under each seed."""
        return self._runs(scenario, strategy, gather, self.replications)

    def _runs(self, scenario: Scenario, strategy: str, gather: Gather, runs: int) -> Sequence[Job]:
        seeded = scenario.model_copy(update={"seed": self.seed})
        return jobs(self.runner, seeded, [strategy], runs, self.prices, None, gather)


class Law(NamedTuple):
    """A law by its name, what obeys it, who found it, and the experiments that show whether it holds."""

    name: str
    about: str
    source: str
    experiments: Callable[[Bench], Iterable[Experiment]]


def gathered(results: Iterable[Result]) -> list[float]:
    """What each run's ledger came to."""
    return [float(result.gathered) for result in results]
