"""Makes the document of contenders under hypotheses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from reports.compare.document import account_of, figures_of
from reports.documents.comparison import LimiterTable
from reports.documents.robustness import SCHEMA, HypothesisEntry, RobustCell, RobustContender, RobustnessDocument
from reports.ranking.called import chosen_settings
from reports.robust.cells import cell_of, ranked_by
from reports.robust.conclusions import conclusions
from reports.robust.trials import Cell, Trial
from reports.robust.wording import how_sure
from reports.robust.worst import best_first, worst_cases
from reports.running.experiment import Result, summarise
from scenarios.hypotheses.hypothesis import Hypothesis
from scenarios.hypotheses.sets import LeftOut
from scenarios.schema.model import Scenario


def document(
    trial: Trial, made: Mapping[Cell, Sequence[Result]], left_out: Sequence[LeftOut], notes: Sequence[str]
) -> RobustnessDocument:
    """Plain data; each contender of the trial has been made under each of its hypotheses."""
    scenario = trial.scenario
    contenders = best_first([_contender(trial, made, name) for name in trial.contenders])
    warnings = dict.fromkeys(one for results in made.values() for run in results for one in run.entry["warnings"])
    return {
        "schema": SCHEMA,
        "scenario": scenario.name,
        "seed": scenario.seed,
        "replications": trial.replications,
        "account": account_of(scenario),
        "ranked_by": ranked_by(scenario),
        "hypotheses": [_hypothesis(one, made[trial.contenders[0], one.name]) for one in trial.hypotheses],
        "left_out": [{"name": one.name, "why": one.why} for one in left_out],
        "contenders": contenders,
        "conclusions": conclusions(contenders, {one.name: one.weight for one in trial.hypotheses}, ranked_by(scenario)),
        "notes": [how_sure(trial.replications), *notes, *warnings],
    }


def _hypothesis(one: Hypothesis, results: Sequence[Result]) -> HypothesisEntry:
    """The bound is of the mails alone, whoever sends them."""
    _, bound = summarise(results)
    return {
        "name": one.name,
        "description": one.description,
        "source": one.source,
        "weight": one.weight,
        "limiter": cast(LimiterTable, one.limiter.model_dump(mode="json")),
        "bound": figures_of(bound),
    }


def _contender(trial: Trial, made: Mapping[Cell, Sequence[Result]], name: str) -> RobustContender:
    cells = [
        cell_of(trial.scenario, one.name, [result.entry for result in made[name, one.name]]) for one in trial.hypotheses
    ]
    return {**_named(trial.scenario, name), "met_under": _met_under(cells), "worst": worst_cases(cells), "cells": cells}


def _met_under(cells: Sequence[RobustCell]) -> int | None:
    met = [cell["meets_all"] for cell in cells if cell["meets_all"] is not None]
    return sum(met) if met else None


def _named(scenario: Scenario, name: str) -> RobustContender:
    """With that by which it differs from what a reader knows by its name."""
    named = {"contender": name}
    chosen = chosen_settings(scenario, name)
    more = {"variant_of": scenario.strategy_of(name)} if name in scenario.variants else {}
    return cast(RobustContender, {**named, **more, **({"chosen_settings": chosen} if chosen else {})})
