"""What commands run: a scenario, in one of the worlds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reports import terminal
from reports.running.accounts import Across
from reports.running.experiment import Runner
from scenarios.errors import BadInput, RunFailed
from scenarios.measures.cost import load_prices
from scenarios.outside import plug
from scenarios.outside.find import installed
from scenarios.runs import blaming, plan_of
from scenarios.schema.model import Scenario
from scenarios.schema.scenario_file import load
from scenarios.schema.strategy_references import unknown_strategy
from scenarios.traffic.slices import slices_of
from seslab.ctrl_c import ending_on_ctrl_c
from seslab.options import Aws
from seslab.trial import try_new
from strategies.registry import STRATEGIES

if TYPE_CHECKING:
    from loadtests.deploy.on_aws import Permit
    from scenarios.tracking.request import Tracked, TrackRequest

RUNS = {"sim": "sim.run", "moto": "loadtests.moto.run", "ministack": "loadtests.deploy.on_ministack"}
TRACKERS = {"sim": "sim.tracking", "moto": "loadtests.moto.tracking", "ministack": "loadtests.deploy.tracking"}


def scenario_of(source: str, seed: int | None = None) -> Scenario:
    """The scenario of a catalogue name or a file, with its own seed or another; strategies that it brings are tried.

    Raises BadInput.
    """
    scenario = load(source)
    try_new()
    return scenario if seed is None else scenario.model_copy(update={"seed": seed})


def _plug_in_installed() -> None:
    """What is wrong with a package that happens to be installed is said, and stops nothing."""
    for name in installed():
        try:
            plug.named(name)
            try_new()
        except BadInput as error:
            terminal.tell(f"note: strategy {name} is left out: {error}")


def chosen(names: Sequence[str] | None, scenario: Scenario) -> list[str]:
    """The contenders of these names, or all: what installed packages bring and the scenario's variants among them.

    Raises BadInput.
    """
    return _of(names, scenario.variants)


def named(names: Sequence[str] | None, scenarios: Iterable[Scenario]) -> list[str]:
    """These names, each of which every scenario must know; none stays none. Raises BadInput."""
    for scenario in scenarios if names else ():
        chosen(names, scenario)
    return list(names or ())


def known(names: Sequence[str] | None) -> list[str]:
    """The strategies of these names, or all that are known without a scenario. Raises BadInput."""
    return _of(names, ())


def _of(names: Sequence[str] | None, variants: Collection[str]) -> list[str]:
    """Where none is named, all that there are once the installed packages are plugged in."""
    if not names:
        _plug_in_installed()
    every = [*STRATEGIES, *variants]
    for name in names or ():
        if name not in every:
            raise BadInput(unknown_strategy(name, variants))
    return list(names or every)


def tidy() -> None:
    """Clean up after real runs that were killed; cheap where there are none."""
    from loadtests.record import run_registry

    if run_registry.leftovers():
        from loadtests.deploy.tidy import tidy
        from loadtests.load.left_over import recovered
        from reports.compare.folder import keep_document

        tidy(terminal.tell, keep_document, recovered)


def simulator() -> Runner:
    """What makes a run in virtual time, of however many accounts."""
    return Across(_module(RUNS["sim"]).run)


def standing(scenario: Scenario, strategy: str) -> Mapping[str, float]:
    """What a strategy uses between runs, as the simulator has it; nothing where no month is billed.

    What fails here for a strategy fails in its own run.
    """
    if scenario.bill is None:
        return {}
    with suppress(RunFailed), blaming(scenario.strategy_of(strategy)):
        usage = Counter[str]()
        for part in slices_of(scenario).values():
            usage.update(_module("sim.quiet").standing_usage(part, strategy))
        return usage
    return {}


def suitable_simulator(scenario: Scenario, strategies: Sequence[str]) -> Runner:
    """The same, once it is known that the strategies suit the scenario. Raises BadInput."""
    _refuse_unsuitable(scenario, strategies)
    return simulator()


def _module(name: str) -> Any:
    with ending_on_ctrl_c():
        return import_module(name)


def runner(
    world: str, scenario: Scenario, strategies: Sequence[str], replications: int, out: Path | None, aws: Aws
) -> Runner:
    """What makes a run; runs take time, so what cannot run is said before any of them begins.

    A real run that is killed leaves its ledger in `out`. Raises BadInput.
    """
    if world == "sim":
        return suitable_simulator(scenario, strategies)
    if world == "aws":
        return partial(_on_aws(scenario, strategies, replications, aws), out=out)
    real = _module(RUNS[world])
    for strategy in strategies:
        real.check(scenario, strategy)
    return partial(real.run, out=out)


def tracked(world: str, request: TrackRequest) -> Tracked:
    """What a tracker of that world makes of a run's events. Raises BadInput and RunFailed."""
    found: Tracked = _module(TRACKERS[world]).track(request)
    return found


def _refuse_unsuitable(scenario: Scenario, strategies: Sequence[str]) -> None:
    """Raises BadInput for settings that do not suit the account; what else fails, fails in its own run."""
    for strategy in strategies:
        for part in slices_of(scenario).values():
            with suppress(RunFailed):
                plan_of(part, strategy)


def _on_aws(scenario: Scenario, strategies: Sequence[str], replications: int, aws: Aws) -> Any:
    """Checks, shows and asks before anything is sent."""
    with ending_on_ctrl_c():
        from loadtests.deploy import cloud, on_aws
    at = cloud.aws(aws.region)
    return on_aws.prepare(at, scenario, strategies, replications, permit(aws), load_prices(), terminal.tell)


def permit(aws: Aws) -> Permit:
    """What the options for AWS allow, as those that send know it."""
    from loadtests.deploy.on_aws import Permit
    from loadtests.ports.ses import TO_SIMULATOR
    from scenarios.budget import Budget

    budget = Budget(aws.budget_recipients, aws.budget_usd)
    to = TO_SIMULATOR if aws.to is None else aws.to
    return Permit(aws.sender, to, tuple(aws.allow or ()), budget, aws.yes)
