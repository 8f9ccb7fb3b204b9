"""What a gate runs in the simulator, and what it makes of the results: a verdict, or a new baseline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from reports.documents.gate import GateDocument
from reports.gate.baseline import Baseline, Expected, versions
from reports.gate.document import Compared, Part, document
from reports.gate.expectations import (
    Wished,
    default_rules,
    expected,
    made,
    measured_of,
    refuse_strange_figures,
    rules_of,
)
from reports.gate.first_calls import events_of
from reports.gate.identity import identity_of
from reports.gate.measured import Measured, of_results
from reports.gate.verdict import Rule
from reports.running.experiment import Job, Result, Runner, Standing, summarise, unknown_standing
from scenarios.errors import BadInput
from scenarios.formats.quoted import printable
from scenarios.measures.cost import Prices
from scenarios.schema.model import Scenario
from scenarios.schema.strategy_references import unknown_strategy
from scenarios.schema.thresholds import judged

SEEDS = 10
GONE = "; if it is gone for good, take it out of the file"


class Wanted(NamedTuple):
    """One scenario of a gate: the strategies to run, under which seeds."""

    scenario: Scenario
    strategies: Sequence[str]
    seeds: Sequence[int]


def distinct(scenarios: Sequence[Scenario]) -> Sequence[Scenario]:
    """Raises BadInput for two of one name: a baseline tells them apart by it."""
    names = [scenario.name for scenario in scenarios]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise BadInput(f"two scenarios are called '{twice}'; a baseline tells them apart by their names")
    return scenarios


def wanted_by(path: Path, baseline: Baseline, scenario: Scenario, named: Sequence[str]) -> Wanted:
    """The strategies that the baseline has, or the named ones of them. Raises BadInput."""
    known = expected(path, baseline, scenario)
    strange = next((name for name in named if name not in known.strategies), None)
    if strange is not None:
        raise BadInput(
            f"{path}: scenarios.{scenario.name}.strategies: has no {strange}; add it with seslab gate update"
        )
    wanted = named or list(known.strategies)
    for name in wanted:
        if name not in scenario.contenders:
            where = f"{path}: scenarios.{scenario.name}.strategies"
            raise BadInput(printable(f"{where}: {unknown_strategy(name, scenario.variants)}{GONE}"))
    return Wanted(scenario, wanted, known.seeds)


def wanted_anew(baseline: Baseline, scenario: Scenario, named: Sequence[str], seeds: int | None) -> Wanted:
    """The named contenders; else those that the baseline has already; else all. As many seeds as it has.

    Raises BadInput where others would have to be run as well.
    """
    before = baseline.scenarios.get(scenario.name)
    many = seeds or (len(before.seeds) if before else SEEDS)
    wanted = Wanted(
        scenario, named or (list(before.strategies) if before else scenario.contenders), _from(scenario.seed, many)
    )
    if before is not None and not _beside(before, wanted):
        missing = ", ".join(sorted(before.strategies.keys() - set(wanted.strategies)))
        raise BadInput(f"{scenario.name}: other seeds or another scenario than before: update {missing} as well")
    return wanted


def _from(seed: int, many: int) -> tuple[int, ...]:
    return tuple(range(seed, seed + many))


def _beside(before: Expected, wanted: Wanted) -> bool:
    """Whether strategies that are not run this time can stay as they were."""
    same = before.digest == identity_of(wanted.scenario) and before.seeds == wanted.seeds
    return same or before.strategies.keys() <= set(wanted.strategies)


def jobs(runner: Runner, wanted: Sequence[Wanted], prices: Prices, standing: Standing = unknown_standing) -> list[Job]:
    """Scenario by scenario, strategy by strategy, seed by seed."""
    return [
        Job(runner, one.scenario, strategy, seed, prices, gather=events_of, standing=between)
        for one in wanted
        for strategy in one.strategies
        for between in (standing(one.scenario, strategy),)
        for seed in one.seeds
    ]


def shared_out(wanted: Sequence[Wanted], results: Sequence[Result]) -> Iterator[tuple[Wanted, dict[str, list[Result]]]]:
    """The results of `jobs` in their order, by scenario and strategy."""
    left = iter(results)
    for one in wanted:
        yield one, {strategy: [next(left) for _ in one.seeds] for strategy in one.strategies}


def rules_for(
    path: Path | None, baseline: Baseline | None, scenario: Scenario, named: Sequence[str]
) -> dict[str, dict[str, Rule]]:
    """What to watch of each strategy where nothing is stored but, perhaps, how far each figure may go."""
    if path is None or baseline is None:
        return {name: default_rules() for name in named or scenario.contenders}
    wanted = wanted_by(path, baseline, scenario, named)
    return {name: rules_of(baseline.scenarios[scenario.name].strategies[name]) for name in wanted.strategies}


def verdict(path: Path, baseline: Baseline, wanted: Sequence[Wanted], results: Sequence[Result]) -> GateDocument:
    """The gate's document. Raises BadInput for a figure of the file that there is not."""
    parts = [_part(path, baseline, one, runs) for one, runs in shared_out(wanted, results)]
    return document("sim", printable(path), parts)


def _part(path: Path, baseline: Baseline, one: Wanted, runs: Mapping[str, list[Result]]) -> Part:
    known = baseline.scenarios[one.scenario.name]
    compared = [_compared(path, one.scenario.name, known, name, results) for name, results in runs.items()]
    means, _ = summarise([result for results in runs.values() for result in results])
    thresholds = judged(one.scenario.thresholds, means)
    return Part(one.scenario.name, known.reason, compared, thresholds, _notes(known, compared))


def _compared(path: Path, scenario: str, known: Expected, strategy: str, results: Sequence[Result]) -> Compared:
    sender, head = known.strategies[strategy], of_results(results)
    refuse_strange_figures(path, scenario, sender, strategy, head)
    return Compared(strategy, rules_of(sender), measured_of(sender), head)


def _notes(known: Expected, compared: Sequence[Compared]) -> list[str]:
    """Other versions matter only where something changed."""
    now = versions()
    others = [f"{name} {was}, now {now[name]}" for name, was in known.versions.items() if now.get(name, was) != was]
    changed = not all(one.unchanged for one in compared)
    return [f"the baseline was made with {', '.join(others)}"] if others and changed else []


def updated(
    baseline: Baseline, wanted: Sequence[Wanted], results: Sequence[Result], reason: str, wishes: Sequence[Wished]
) -> Baseline:
    """The baseline with these scenarios as they are now; the others stay."""
    anew = {
        one.scenario.name: _anew(baseline.scenarios.get(one.scenario.name), one, _all_measured(runs), reason, wishes)
        for one, runs in shared_out(wanted, results)
    }
    return baseline.model_copy(update={"scenarios": {**baseline.scenarios, **anew}})


def _all_measured(runs: Mapping[str, list[Result]]) -> dict[str, Measured]:
    return {strategy: of_results(results) for strategy, results in runs.items()}


def _anew(
    before: Expected | None, one: Wanted, measured: Mapping[str, Measured], reason: str, wishes: Sequence[Wished]
) -> Expected:
    """Strategies that were not run this time stay as they were; a scenario that is what it was keeps its reason."""
    fresh = made(one.scenario, one.seeds, reason, measured, before, wishes)
    if before is None:
        return fresh
    after = fresh.model_copy(update={"strategies": {**before.strategies, **fresh.strategies}})
    words = {"reason": before.reason, "versions": before.versions}
    return before if after.model_copy(update=words) == before else after
