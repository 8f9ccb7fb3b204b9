"""What the words of a command ask for: dimensions, points and their scenarios, checked before anything is run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from reports.robust.cells import ranked_by
from reports.robust.trials import Simulation
from reports.sweep.campaign import Sweep
from reports.sweep.dimensions import dimensions_of
from reports.sweep.points import Limiters, grid, latin_hypercube, scenarios_of
from reports.terminal import busy
from scenarios.errors import BadInput
from scenarios.figures import figures_like, is_figure, of_all
from scenarios.formats.quoted import printable, unknown
from scenarios.schema.model import Scenario


class Words(NamedTuple):
    """As they are typed; None where an option is left out."""

    source: str
    vary: Sequence[str]
    sample: int | None
    show: str | None
    limiters: str | None
    replications: int


def sweep_of(
    words: Words,
    scenario: Scenario,
    contenders: Sequence[str],
    limiters: Limiters,
    simulation: Simulation,
    most_points: int,
) -> Sweep:
    """Raises BadInput."""
    figure = figure_of(scenario, words.show)
    names = [one.name for one in limiters(scenario.account).hypotheses]
    dimensions = dimensions_of(scenario, contenders, words.vary, names)
    if words.sample is None:
        values = grid(dimensions, most_points)
    else:
        values = latin_hypercube(dimensions, words.sample, scenario.seed)
    with busy("Checking scenarios"):
        points = list(scenarios_of(scenario, contenders, dimensions, values, limiters))
    return Sweep(
        words.source,
        scenario,
        contenders,
        words.vary,
        dimensions,
        points,
        words.replications,
        figure,
        simulation,
        words.limiters,
        words.sample,
    )


def figure_of(scenario: Scenario, show: str | None) -> str:
    """The figure of that name, of which a latency is that of all recipients. Raises BadInput."""
    if show is None:
        return ranked_by(scenario)
    if not is_figure(show):
        raise BadInput(f"--show {printable(show)}: {unknown('figure', printable(show), figures_like(show))}")
    return of_all(show)
