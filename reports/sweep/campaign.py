"""The runs of a sweep, some thousands at a time, so that only figures are held of however many there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Literal, NamedTuple

from reports.robust.trials import Simulation
from reports.running.executors import Executor
from reports.running.experiment import LAST_SEED, Job, Result
from reports.running.progress import Show, progress
from reports.sweep.dimensions import Dimension
from reports.sweep.points import Point
from reports.sweep.rows import Rows
from scenarios.errors import BadInput, RunFailed
from scenarios.figures import is_of_month
from scenarios.schema.model import Scenario

AT_ONCE = 5_000  # jobs: their results take tens of megabytes


class Sweep(NamedTuple):
    """What is swept: contenders at points, under so many seeds each. `figure` is what is shown.

    `source`, `varied`, `limiters` and `sample` are the words of the command; the last two are None where it has none.
    `notes` say what is left out.
    """

    source: str
    scenario: Scenario
    contenders: Sequence[str]
    varied: Sequence[str]
    dimensions: Sequence[Dimension]
    points: Sequence[Point]
    replications: int
    figure: str
    simulation: Simulation
    limiters: str | None = None
    sample: int | None = None
    design: Literal["grid", "sample", "sobol"] = "grid"
    notes: Sequence[str] = ()


class Run(NamedTuple):
    """Which run of a sweep a number is: its point and its contender by their places, and its seed."""

    point: int
    contender: int
    seed: int


def run_of(sweep: Sweep, number: int) -> Run:
    """Point by point, contender by contender, seed by seed: the first points are whole if the last never are."""
    cell, replication = divmod(number, sweep.replications)
    point, contender = divmod(cell, len(sweep.contenders))
    return Run(point, contender, sweep.scenario.seed + replication)


def runs_of(sweep: Sweep) -> int:
    """How many there should be."""
    return len(sweep.points) * len(sweep.contenders) * sweep.replications


class _Jobs(Sequence[Job]):
    """Made when they are asked for."""

    def __init__(self, sweep: Sweep) -> None:
        self._sweep = sweep
        self._standing: tuple[Run, Mapping[str, float]] | None = None

    def __len__(self) -> int:
        return runs_of(self._sweep)

    def __getitem__(self, number: int) -> Job:  # type: ignore[override]  # slices are nobody's business
        if number >= len(self):
            raise IndexError(number)
        run, sweep = run_of(self._sweep, number), self._sweep
        scenario, name = sweep.points[run.point].scenario, sweep.contenders[run.contender]
        prices = sweep.simulation.prices
        return Job(sweep.simulation.run, scenario, name, run.seed, prices, standing=self._standing_of(run))

    def _standing_of(self, run: Run) -> Mapping[str, float]:
        """The same with every seed; a quiet hour takes time, and only a month's figures need one."""
        if not is_of_month(self._sweep.figure):
            return {}
        if self._standing is None or self._standing[0][:2] != run[:2]:
            scenario = self._sweep.points[run.point].scenario
            self._standing = run, self._sweep.simulation.standing(scenario, self._sweep.contenders[run.contender])
        return self._standing[1]


class Swept(NamedTuple):
    """How far it came; `failure` is the first of what could not be run."""

    rows: Rows
    runs: int
    interrupted: bool
    failure: RunFailed | None


def swept(sweep: Sweep, executor: Executor) -> Swept:
    """Make the runs. Raises BadInput if one did."""
    if sweep.scenario.seed + sweep.replications - 1 > LAST_SEED:
        raise BadInput(f"seed {sweep.scenario.seed}: {sweep.replications:,} seeds count up beyond {LAST_SEED}")
    jobs, rows = _Jobs(sweep), Rows(sweep.scenario.demands)
    with progress(jobs) as show:
        for start in range(0, len(jobs), AT_ONCE):
            some = [jobs[number] for number in range(start, min(start + AT_ONCE, len(jobs)))]
            made: dict[int, Result] = {}
            try:
                outcome = executor.perform(some, partial(_show, show, start), keep=made.__setitem__)
            except KeyboardInterrupt:  # pressed again, before those that were under way had been ended gently
                numbers = sorted(made)
                _add(rows, start, numbers, [made[number] for number in numbers], sweep)
                return Swept(rows, len(jobs), True, None)
            _add(rows, start, outcome.numbers, outcome.results, sweep)
            if outcome.interrupted or outcome.failure is not None:
                return Swept(rows, len(jobs), outcome.interrupted, outcome.failure)
    return Swept(rows, len(jobs), False, None)


def _show(show: Show, start: int, at: int, share: float) -> None:
    show(start + at, share)


def _add(rows: Rows, start: int, numbers: Sequence[int], results: Sequence[Result], sweep: Sweep) -> None:
    """Whole runs alone."""
    for at, result in zip(numbers, results, strict=True):
        if not result.entry["interrupted"]:
            rows.add(start + at, result, sweep.points[run_of(sweep, start + at).point].scenario)
