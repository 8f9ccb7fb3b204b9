"""The figure that is to be small: one of which less is better, and which runs of the scenario have."""

from __future__ import annotations

from reports.advise.finals import MOST_CAMPAIGNS
from reports.running.experiment import LAST_SEED
from scenarios.errors import BadInput
from scenarios.figures import figures_like
from scenarios.formats.quoted import printable, unknown
from scenarios.schema.model import Scenario
from scenarios.schema.rank import better
from scenarios.schema.scenario_file import changed


def refuse_last_seeds(scenario: Scenario) -> None:
    """Raises BadInput where campaigns, each of which has a seed of its own, would count up beyond the last one."""
    if scenario.seed > LAST_SEED - MOST_CAMPAIGNS:
        raise BadInput(f"seed {scenario.seed}: {MOST_CAMPAIGNS:,} campaigns count up beyond {LAST_SEED}; begin lower")


def ranking_by(scenario: Scenario, figure: str) -> Scenario:
    """The scenario that ranks by it, so that whatever looks at it later goes by the same. Raises BadInput."""
    refuse_last_seeds(scenario)
    if not figure:
        raise BadInput("--minimise '': must be a figure of which less is better, such as latency_s.p99")
    option = f"--minimise {printable(figure)}"
    known = [name for name in figures_like(figure) if better(name) == "lower"]
    if better(figure) == "higher":
        raise BadInput(f"{option}: more of it is better; name a figure of which less is, such as latency_s.p99")
    if figure not in known:
        raise BadInput(f"{option}: {unknown('figure to minimise', printable(figure), known)}")
    table = scenario.model_dump(by_alias=True, exclude_unset=True) | {"rank": {"by": figure}}
    return changed(table, option)
