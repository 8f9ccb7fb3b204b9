"""Gates without a command line: a baseline from simulations, and the verdict on the same or other scenarios."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from reports.documents.gate import GateDocument, GateFigure, GateStrategy
from reports.gate import simulated as simulated_gate
from reports.gate.baseline import Baseline
from reports.gate.expectations import Wished
from reports.running.experiment import perform
from scenarios.measures.cost import load_prices
from scenarios.schema.model import Scenario
from scenarios.schema.scenario_file import load
from sim.run import run

FILE = Path("baseline.json")
SMALL = """\
[account]
max_send_rate_per_s = 30
[[workload]]
process = "batch"
messages = 60
"""
"""Two seconds of mail: a run of it takes milliseconds."""


def small(folder: Path, more: str = "", name: str = "small") -> Scenario:
    """A scenario of that name, with further tables."""
    path = folder / f"{name}.toml"
    path.write_text(SMALL + more)
    return load(str(path))


def variant(name: str, **strategies: Mapping[str, Any]) -> Scenario:
    """A scenario of the catalogue with other settings; `_` stands for `-` in the strategies' names."""
    table = load(name).model_dump(by_alias=True)
    settings = {strategy.replace("_", "-"): chosen for strategy, chosen in strategies.items()}
    return Scenario.model_validate({**table, "strategies": settings})


def baseline(
    scenario: Scenario,
    strategies: Sequence[str],
    seeds: int = 4,
    before: Baseline | None = None,
    wishes: Iterable[str] = (),
    reason: str = "the first",
) -> Baseline:
    """What an update makes of it."""
    before = before or Baseline()
    wanted = [simulated_gate.wanted_anew(before, scenario, strategies, seeds)]
    jobs = simulated_gate.jobs(run, wanted, load_prices())
    return simulated_gate.updated(
        before, wanted, list(map(perform, jobs)), reason, [Wished.parse(wish, scenario.contenders) for wish in wishes]
    )


def set_figure(known: Baseline, figure: str, **values: Any) -> Baseline:
    """A copy in which one figure of the small scenario's heartbeat was set by hand."""
    copy = known.model_copy(deep=True)
    metrics = copy.scenarios["small"].strategies["heartbeat"].metrics
    metrics[figure] = metrics[figure].model_copy(update=values)
    return copy


def verdict(known: Baseline, scenario: Scenario) -> GateDocument:
    """The gate's document for the scenario as it is now."""
    wanted = [simulated_gate.wanted_by(FILE, known, scenario, [])]
    jobs = simulated_gate.jobs(run, wanted, load_prices())
    return simulated_gate.verdict(FILE, known, wanted, list(map(perform, jobs)))


def of(document: GateDocument, strategy: str) -> GateStrategy:
    """One strategy of the document's only scenario."""
    [scenario] = document["scenarios"]
    [entry] = [entry for entry in scenario["strategies"] if entry["strategy"] == strategy]
    return entry


def figures(entry: GateStrategy) -> dict[str, GateFigure]:
    """A strategy's figures by name."""
    return {metric["metric"]: metric for metric in entry["metrics"]}
