"""The runs of contenders under hypotheses, and which of them came to a whole answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from reports.running.experiment import Job, Result, Runner, Standing, jobs, unknown_standing
from reports.running.parallel import Outcome
from scenarios.hypotheses.hypothesis import Hypothesis, under
from scenarios.measures.cost import Prices
from scenarios.schema.model import Scenario


class Trial(NamedTuple):
    """Contenders under hypotheses, so many times each."""

    scenario: Scenario
    contenders: Sequence[str]
    hypotheses: Sequence[Hypothesis]
    replications: int


class Simulation(NamedTuple):
    """What makes the runs, and what else a bill needs."""

    run: Runner
    prices: Prices
    standing: Standing = unknown_standing


Cell = tuple[str, str]
"""A contender's and a hypothesis's names."""


def jobs_of(trial: Trial, simulation: Simulation) -> list[Job]:
    """Contender by contender, so that the first ones are whole if the others never are."""
    worlds = [under(trial.scenario, hypothesis) for hypothesis in trial.hypotheses]
    run, prices, _ = simulation
    between = {one: simulation.standing(trial.scenario, one) for one in trial.contenders}
    return list(
        chain.from_iterable(
            jobs(run, world, [one], trial.replications, prices, None, standing=lambda _, who: between[who])
            for one in trial.contenders
            for world in worlds
        )
    )


def cells_of(trial: Trial, outcome: Outcome) -> Mapping[Cell, Sequence[Result]]:
    """The results of each cell of which all replications were made, in the order of the seeds."""
    names = [(one, hypothesis.name) for one in trial.contenders for hypothesis in trial.hypotheses]
    made: dict[Cell, list[Result]] = {}
    for number, result in zip(outcome.numbers, outcome.results, strict=True):
        if not result.entry["interrupted"]:
            made.setdefault(names[number // trial.replications], []).append(result)
    return {name: results for name, results in made.items() if len(results) == trial.replications}


def whole(trial: Trial, made: Mapping[Cell, object]) -> Trial:
    """What can be concluded from: the contenders with every hypothesis; if none is, what the first has."""
    every = [one for one in trial.contenders if all((one, each.name) in made for each in trial.hypotheses)]
    if every:
        return trial._replace(contenders=every)
    first = trial.contenders[:1]
    return trial._replace(
        contenders=first, hypotheses=[each for each in trial.hypotheses if (*first, each.name) in made]
    )
