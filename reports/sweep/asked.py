"""What the words of a command ask for: dimensions, points and their scenarios, checked before anything is run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from reports.robust.trials import Simulation
from reports.sweep.assumed import assumed
from reports.sweep.campaign import Sweep
from reports.sweep.dimensions import Dimension, Value, dimensions_of
from reports.sweep.idle import refuse_idle
from reports.sweep.points import Limiters, grid, latin_hypercube, saltelli, scenarios_of
from reports.sweep.shown import figure_of, refuse_missing
from reports.terminal import busy
from scenarios.errors import BadInput
from scenarios.schema.model import Scenario

SEEDS = 3
SOBOL_BASE = 64
LEAST_BASE = 2  # one point has no variance


class Words(NamedTuple):
    """As they are typed; None where an option is left out."""

    source: str
    vary: Sequence[str]
    sample: int | None
    show: str | None
    limiters: str | None
    replications: int | None
    is_sensitivity: bool = False


class Asked(NamedTuple):
    """Which points, of what dimensions, chosen how, and what is to be said of that."""

    design: Literal["grid", "sample", "sobol"]
    dimensions: Sequence[Dimension]
    values: Sequence[tuple[Value, ...]]
    replications: int
    notes: Sequence[str] = ()


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
    choose = _assumptions if words.is_sensitivity else _varied
    asked = choose(words, scenario, contenders, limiters, most_points)
    with busy("Checking scenarios"):
        points = list(scenarios_of(scenario, contenders, asked.dimensions, asked.values, limiters))
    if words.show is not None:  # of what it ranks by, each scenario has been asked
        refuse_missing(words.show, (one.scenario for one in points))
    return Sweep(
        words.source,
        scenario,
        contenders,
        words.vary,
        asked.dimensions,
        points,
        asked.replications,
        figure,
        simulation,
        words.limiters,
        words.sample,
        asked.design,
        asked.notes,
    )


def _varied(words: Words, scenario: Scenario, contenders: Sequence[str], limiters: Limiters, most_points: int) -> Asked:
    if not words.vary:
        raise BadInput("--vary: say what varies, such as --vary account.max_send_rate_per_s=10..50/5, or --sensitivity")
    names = [one.name for one in limiters(scenario.account).hypotheses]
    dimensions = dimensions_of(scenario, contenders, words.vary, names)
    refuse_idle(scenario, contenders, dimensions, limiters)
    often = SEEDS if words.replications is None else words.replications
    if words.sample is None:
        return Asked("grid", dimensions, grid(dimensions, most_points), often)
    return Asked("sample", dimensions, latin_hypercube(dimensions, words.sample, scenario.seed), often)


def _assumptions(
    words: Words, scenario: Scenario, contenders: Sequence[str], limiters: Limiters, most_points: int
) -> Asked:
    if words.vary:
        raise BadInput("--sensitivity: varies what the models assume; leave out --vary")
    base = SOBOL_BASE if words.sample is None else words.sample
    if base < LEAST_BASE or base & (base - 1):
        raise BadInput(f"--sample {base}: with --sensitivity must be a power of two from 2 up, such as {SOBOL_BASE}")
    dimensions, left_out = assumed(scenario, contenders, limiters)
    if base * (len(dimensions) + 2) > most_points:
        raise BadInput(f"--sample {base}: needs {base * (len(dimensions) + 2):,} points; at most {most_points:,}")
    notes = [f"left out, as the scenario cannot have it: {', '.join(left_out)}"] if left_out else []
    often = 1 if words.replications is None else words.replications
    return Asked("sobol", dimensions, saltelli(dimensions, base, scenario.seed), often, notes)
