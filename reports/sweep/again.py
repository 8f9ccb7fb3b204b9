"""The commands that make a sweep, or one of its runs, again."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from reports.running.keeping import SCENARIO
from reports.sweep.campaign import Sweep
from reports.sweep.points import spelt
from reports.sweep.shown import figure_of
from scenarios.outside.plug import bundle_of


def command_of(sweep: Sweep, point: int, contender: str, seed: int) -> str:
    """One run, which comes to the same digest; beside it those of a strategy from outside whose settings are varied."""
    varied = spelt(sweep.dimensions, sweep.points[point].values)
    settings = [one.place[1] for one in sweep.dimensions if one.place and one.place[0] == "strategies"]
    others = [name for name in map(str, settings) if name != contender and bundle_of(name) is not None]
    names = [_reference(name) for name in dict.fromkeys((contender, *others))]
    more = [*_show(sweep, point), "--seed", str(seed), "--replications", "1"]
    return _command(sweep, sweep.source, varied, names, more)


def whole_command(sweep: Sweep) -> str:
    """All of it, in the folder that has its scenario."""
    often = ["--replications", str(sweep.replications)]
    sampled = [] if sweep.sample is None else ["--sample", str(sweep.sample)]
    what = ["--sensitivity"] if sweep.design == "sobol" else []
    return _command(sweep, SCENARIO, sweep.varied, sweep.contenders, [*what, *often, *sampled, "--show", sweep.figure])


def _show(sweep: Sweep, point: int) -> list[str]:
    """What is not shown anyway, if a run of that point has it: a month's figures are worked out only then."""
    is_shown = sweep.figure == figure_of(sweep.scenario, None)
    return [] if is_shown or sweep.points[point].scenario.instead_of(sweep.figure) else ["--show", sweep.figure]


def _reference(contender: str) -> str:
    """What leads to it: of one from outside, its file or module."""
    bundle = bundle_of(contender)
    return contender if bundle is None else bundle.reference


def _command(sweep: Sweep, source: str, varied: Sequence[str], contenders: Sequence[str], more: Sequence[str]) -> str:
    limiters = [] if sweep.limiters is None else ["--limiters", sweep.limiters]
    repeated = [(("--vary", varied)), ("-s", contenders)]
    words = [word for option, values in repeated for value in values for word in (option, value)]
    return shlex.join(["seslab", "sweep", source, *limiters, *words, *more])
