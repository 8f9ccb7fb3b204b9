"""The figure that a sweep shows: the one that was asked for, or what the scenario ranks by."""

from __future__ import annotations

from collections.abc import Iterable

from reports.robust.cells import ranked_by
from scenarios.errors import BadInput
from scenarios.figures import figures_like, is_figure, of_all
from scenarios.formats.quoted import cut, printable, unknown
from scenarios.schema.model import Scenario
from scenarios.schema.parts import by_word


def figure_of(scenario: Scenario, show: str | None) -> str:
    """As the runs have it: a latency is that of all recipients, and a workload goes by its name. Raises BadInput."""
    if show is None:
        return by_word(ranked_by(scenario), scenario.workload)
    if not is_figure(show):
        raise BadInput(f"--show {printable(cut(show))}: {unknown('figure', printable(show), figures_like(show))}")
    return by_word(of_all(show), scenario.workload)


def refuse_missing(show: str, scenarios: Iterable[Scenario]) -> None:
    """Raises BadInput for a figure that no run of any of these scenarios has: all would be run for nothing."""
    why = ""
    for scenario in scenarios:
        why = scenario.instead_of(show)
        if not why:
            return
    if why:
        raise BadInput(f"--show {printable(cut(show))}: no such figure: {why}")
