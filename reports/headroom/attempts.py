"""One value tried: the contender under every hypothesis with every seed, until a threshold fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol

from reports.robust.trials import Simulation
from reports.running.experiment import Job, Result
from reports.running.parallel import Enough, Outcome
from scenarios.figures import is_of_month
from scenarios.hypotheses.hypothesis import Hypothesis, under
from scenarios.hypotheses.sets import Chosen
from scenarios.schema.accounts.account import Account
from scenarios.schema.model import Scenario
from scenarios.schema.thresholds import JudgedThreshold, judged
from scenarios.verdicts import PASS

Perform = Callable[[Sequence[Job], Enough], Outcome]
"""Makes runs until there are enough, or none is left."""


class Movable(Protocol):
    """A number of a scenario, its value there, None where it is left open, and the scenario with another value."""

    @property
    def name(self) -> str: ...
    @property
    def present(self) -> float | None: ...
    @property
    def is_whole(self) -> bool: ...
    def of(self, scenario: Scenario, value: float) -> Scenario:
        """Raises BadInput for a value that cannot be."""
        ...


class Search(NamedTuple):
    """What is moved, of whom, and under what it must hold; hypotheses may depend on the account, which may be moved."""

    scenario: Scenario
    contender: str
    quantity: Movable
    limiters_of: Callable[[Account], Chosen]
    replications: int
    simulation: Simulation

    def at(self, value: float) -> Scenario:
        """The scenario with that value. Raises BadInput."""
        return self.quantity.of(self.scenario, value)


class Failure(NamedTuple):
    """The first threshold that a run did not meet, and how many of its calls the 24-hour quota refused."""

    hypothesis: str
    seed: int
    threshold: JudgedThreshold
    refused_for_quota: float


class Attempt(NamedTuple):
    """A value, how many runs it takes to tell what it does, and the first failure, if there was one."""

    value: float
    runs: int
    failure: Failure | None


class Broken(Exception):
    """Ctrl-C has ended an attempt."""


def attempt(search: Search, value: float, hardest: Sequence[str], perform: Perform) -> Attempt:
    """Hypotheses that failed before are asked first. Raises BadInput for an impossible value, Broken, or RunFailed."""
    scenario = search.at(value)
    hypotheses = sorted(search.limiters_of(scenario.account).hypotheses, key=lambda one: one.name not in hardest)
    of_month = _standing(search, scenario)
    jobs = [_job(search, scenario, one, seed, of_month) for seed in range(search.replications) for one in hypotheses]
    outcome = perform(jobs, lambda result: bool(_unmet(scenario, result)))
    if outcome.interrupted:
        raise Broken
    if outcome.failure is not None:
        raise outcome.failure
    for number, result in zip(outcome.numbers, outcome.results, strict=True):
        if unmet := _unmet(scenario, result):
            name = hypotheses[number % len(hypotheses)].name
            for_quota = result.entry["calls"]["quota"]
            return Attempt(value, number + 1, Failure(name, jobs[number].seed, unmet[0], for_quota))
    return Attempt(value, len(outcome.results), None)


def _standing(search: Search, scenario: Scenario) -> Mapping[str, float]:
    """The same under every limiter and with every seed; a quiet hour takes time, and most thresholds need none."""
    asks = any(is_of_month(one.figure) for one in scenario.demands)
    return search.simulation.standing(scenario, search.contender) if asks else {}


def _job(
    search: Search, scenario: Scenario, hypothesis: Hypothesis, replication: int, of_month: Mapping[str, float]
) -> Job:
    run, prices, _ = search.simulation
    world = under(scenario, hypothesis)
    return Job(run, world, search.contender, scenario.seed + replication, prices, standing=of_month)


def _unmet(scenario: Scenario, result: Result) -> list[JudgedThreshold]:
    """Of one run, in which nothing is inconclusive."""
    return [one for one in judged(scenario.thresholds, [result.entry]) if one["verdict"] != PASS]
