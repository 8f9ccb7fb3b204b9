"""Makes the document of contenders under hypotheses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from reports.compare.document import account_of, figures_of
from reports.documents.limits import LimiterTable
from reports.documents.robustness import SCHEMA, HypothesisEntry, RobustCell, RobustContender, RobustnessDocument
from reports.ranking.called import chosen_settings
from reports.robust.cells import cell_of, ranked_by
from reports.robust.conclusions import conclusions
from reports.robust.ranked import worst_ranked
from reports.robust.trials import Cell, Trial
from reports.robust.wording import how_sure
from reports.robust.worst import best_first, worst_cases
from reports.running.experiment import Result, summarise
from reports.statistics.told_once import shape_of
from scenarios.hypotheses.hypothesis import Hypothesis
from scenarios.hypotheses.sets import LeftOut
from scenarios.schema.model import Scenario


def document(
    trial: Trial, made: Mapping[Cell, Sequence[Result]], left_out: Sequence[LeftOut], notes: Sequence[str]
) -> RobustnessDocument:
    """Plain data; each contender of the trial has been made under each of its hypotheses."""
    scenario = trial.scenario
    contenders = best_first([_contender(trial, made, name) for name in trial.contenders])
    warnings = _warnings(made, [one.name for one in trial.hypotheses])
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


def _warnings(made: Mapping[Cell, Sequence[Result]], hypotheses: Sequence[str]) -> Iterator[str]:
    """Each once, with the hypotheses under which it holds, if these are not all."""
    under: dict[str, list[str]] = {}
    first: dict[str, str] = {}
    for (_, name), results in made.items():
        for warning in (one for run in results for one in run.entry["warnings"]):
            first.setdefault(shape_of(warning), warning)
            under.setdefault(shape_of(warning), []).append(name)
    for shape, warning in first.items():
        names = [name for name in hypotheses if name in under[shape]]
        yield warning if len(names) == len(hypotheses) else f"under {', '.join(names)}: {warning}"


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
    told: RobustContender = {
        **_named(trial.scenario, name),
        "met_under": _met_under(cells),
        "worst": worst_cases(cells),
        "cells": cells,
    }
    if trial.scenario.rank is not None:
        told["ranked"] = worst_ranked(cells, ranked_by(trial.scenario))
    return told


def _met_under(cells: Sequence[RobustCell]) -> int | None:
    met = [cell["meets_all"] for cell in cells if cell["meets_all"] is not None]
    return sum(met) if met else None


def _named(scenario: Scenario, name: str) -> RobustContender:
    """With that by which it differs from what a reader knows by its name."""
    named = {"contender": name}
    chosen = chosen_settings(scenario, name)
    more = {"variant_of": scenario.strategy_of(name)} if name in scenario.variants else {}
    return cast(RobustContender, {**named, **more, **({"chosen_settings": chosen} if chosen else {})})
