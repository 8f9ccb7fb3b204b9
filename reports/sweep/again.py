"""The commands that make a sweep, or one of its runs, again."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from reports.running.keeping import SCENARIO
from reports.sweep.campaign import Sweep
from reports.sweep.points import spelt


def command_of(sweep: Sweep, point: int, contender: str, seed: int) -> str:
    """One run, which comes to the same digest."""
    varied = spelt(sweep.dimensions, sweep.points[point].values)
    return _command(sweep, sweep.source, varied, [contender], ["--seed", str(seed), "--replications", "1"])


def whole_command(sweep: Sweep) -> str:
    """All of it, in the folder that has its scenario."""
    often = ["--replications", str(sweep.replications)]
    sampled = [] if sweep.sample is None else ["--sample", str(sweep.sample)]
    what = ["--sensitivity"] if sweep.design == "sobol" else []
    return _command(sweep, SCENARIO, sweep.varied, sweep.contenders, [*what, *often, *sampled, "--show", sweep.figure])


def _command(sweep: Sweep, source: str, varied: Sequence[str], contenders: Sequence[str], more: Sequence[str]) -> str:
    limiters = [] if sweep.limiters is None else ["--limiters", sweep.limiters]
    repeated = [(("--vary", varied)), ("-s", contenders)]
    words = [word for option, values in repeated for value in values for word in (option, value)]
    return shlex.join(["seslab", "sweep", source, *limiters, *words, *more])
