"""The first seconds of a broadcast under limiters that hold less or more than a sender would guess."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reports.figures import canvas, palette
from reports.figures.palette import look
from reports.figures.series import Floats
from scenarios.aws.limit_steps import limit_steps
from scenarios.ledger.ledger import ACCEPTED, THROTTLED, Ledger
from scenarios.measures.ideal.admissions import admissions
from scenarios.schema.model import Scenario
from scenarios.schema.scenario_file import load
from scenarios.traffic.workload import arrivals
from sim.run import run

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHOWN_S = 4.0
GRID_S = np.linspace(0, SHOWN_S, 41)
BURSTS = (12, 30, 60)
STRATEGIES = {"pacemaker": (0, 20), "heartbeat": (0, -18)}
"""Where the number of its refusals stands, in points from the first one: above its line, or below it."""


def draw() -> Figure:
    """A panel per limiter: recipients accepted over time, each refused call, and the best possible."""
    figure = canvas.sheet("broadcast-900 under three bursts that no sender knows", 4.9, 7.2)
    column = figure.subplots(len(BURSTS), 1, sharex=True, sharey=True)
    for axes, burst in zip(column, BURSTS, strict=True):
        _panel(axes, _with_burst(load("broadcast-900"), burst))
    column[0].set_xlim(0, SHOWN_S)
    column[0].set_ylim(bottom=0)
    column[1].set_ylabel("recipients accepted so far")
    column[-1].set_xlabel("time since the start of the scenario (s)")
    figure.legend(handles=_legend(), loc="outside lower center", ncols=2)
    return figure


def _with_burst(scenario: Scenario, burst: int) -> Scenario:
    limiter = scenario.account.limiter.model_copy(update={"burst": burst})
    return scenario.model_copy(update={"account": scenario.account.model_copy(update={"limiter": limiter})})


def _panel(axes: Axes, scenario: Scenario) -> None:
    best = np.searchsorted(_best_s(scenario), GRID_S, side="right")
    axes.fill_between(GRID_S, best, color=palette.BAND, linewidth=0)
    said = [_line(axes, run(scenario, strategy, scenario.seed)) for strategy in STRATEGIES]
    axes.set_title(f"SES holds {scenario.account.limiter.burst}", fontweight="bold")
    axes.set_title(f"in {SHOWN_S:g} s: {', '.join(said)}, best {best[-1]}", loc="right", fontsize=9)


def _best_s(scenario: Scenario) -> Floats:
    """When an ideal sender's recipients are accepted."""
    admitted = admissions(arrivals(scenario.workload, scenario.seed), scenario.account.limiter, limit_steps(scenario))
    return np.concatenate([chunk.admitted_s for chunk in admitted])


def _line(axes: Axes, ledger: Ledger) -> str:
    """Draws what is seen of a run; returns what it came to."""
    seen = ledger.calls["decided_s"] < SHOWN_S
    at_s, outcome = ledger.calls["decided_s"][seen], ledger.calls["outcome"][seen]
    taken, refused, color = outcome == ACCEPTED, outcome == THROTTLED, look(ledger.strategy).color
    accepted = np.cumsum(np.where(taken, ledger.calls["recipients"][seen], 0))
    curve_s, curve = [0.0, *at_s[taken], SHOWN_S], [0, *accepted[taken], accepted[-1]]
    canvas.marked_line(axes, ledger.strategy, curve_s, curve, (42, 24))
    axes.plot(at_s[refused], accepted[refused], "x", color=color, markersize=8, markeredgewidth=1.4)
    if refused.any():
        said, first = f"{np.count_nonzero(refused)} refused", (at_s[refused][0], accepted[refused][0])
        axes.annotate(said, first, STRATEGIES[ledger.strategy], textcoords="offset points")
    return f"{ledger.strategy} {accepted[-1]}"


def _legend() -> list[Artist]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    refused = Line2D([], [], color=palette.INK, marker="x", markersize=8, linestyle="", label="a refused call")
    return [*map(canvas.key, STRATEGIES), refused, Patch(facecolor=palette.BAND, label="best possible")]
