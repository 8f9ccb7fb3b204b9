"""How long the mail of each lane waits while a newsletter goes out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from reports.figures import canvas
from reports.figures.palette import look
from reports.figures.series import Floats
from reports.words import duration
from scenarios.ledger.ledger import Ledger
from scenarios.schema.scenario_file import load
from scenarios.traffic.workload import arrivals
from sim.run import run

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BIN_S = 10
STRATEGIES = ("heartbeat", "pacemaker")
TRANSACTIONAL, NEWSLETTER = 0, 1  # places of the lanes of `mixed`


def draw() -> Figure:
    """A line for the mail of each ten seconds, and a hollow mark for the newsletter, which falls due at once."""
    scenario = load("mixed")
    mails = arrivals(scenario.workload, scenario.seed)
    figure = canvas.sheet(f"{scenario.name}: how long mail of each lane waits", 4.9, 4.6)
    axes = figure.subplots()
    for strategy in STRATEGIES:
        ledger = run(scenario, strategy, scenario.seed)
        _line(axes, strategy, *_waits(ledger, mails.lanes == TRANSACTIONAL))
        _mark(axes, strategy, *_waits(ledger, mails.lanes == NEWSLETTER))
    _name_newsletter(axes, mails.intended_s[mails.lanes == NEWSLETTER])
    _axes(axes)
    figure.legend(loc="outside lower center")
    return figure


def _waits(ledger: Ledger, mine: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """The instants at which the mails fall due, and their latencies."""
    intended_s = ledger.mails["intended_s"][mine]
    return intended_s, ledger.mails["last_accepted_s"][mine] - intended_s


def _line(axes: Axes, strategy: str, intended_s: Floats, latency_s: Floats) -> None:
    longest_s = np.zeros(int(intended_s.max() // BIN_S) + 1)
    np.maximum.at(longest_s, (intended_s // BIN_S).astype(np.int64), latency_s)
    middle_s = (np.arange(len(longest_s)) + 0.5) * BIN_S
    canvas.marked_line(axes, strategy, middle_s, longest_s, (2, 4), _label("transactional", strategy, latency_s))


def _mark(axes: Axes, strategy: str, intended_s: Floats, latency_s: Floats) -> None:
    mine = look(strategy)
    axes.plot(
        intended_s[:1],
        [latency_s.max()],
        color=mine.color,
        linestyle="",
        marker=mine.marker,
        markerfacecolor="none",
        markersize=8,
        label=_label("newsletter", strategy, latency_s),
    )


def _label(lane: str, strategy: str, latency_s: Floats) -> str:
    return f"{lane} by {strategy}: at most {duration(float(latency_s.max()))}"


def _name_newsletter(axes: Axes, intended_s: Floats) -> None:
    said = f"{len(intended_s):,} newsletters\nfall due at {intended_s[0]:g} s"
    axes.annotate(said, (intended_s[0], 100), (-12, 0), textcoords="offset points", ha="right", va="center")


def _axes(axes: Axes) -> None:
    from matplotlib.ticker import FuncFormatter

    axes.set_yscale("log")
    axes.set_ylim(0.03, 300)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
    axes.set_ylabel(f"longest latency of the mail that\nfalls due within {BIN_S} s (s)")
    axes.set_xlabel("time since the start of the scenario (s)")
