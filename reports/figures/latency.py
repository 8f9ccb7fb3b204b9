"""How long recipients waited: the share that waited longer, with the tail in full."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from reports.documents.comparison import ComparisonDocument
from reports.figures import canvas, palette
from reports.figures.palette import look
from reports.figures.series import TAIL, Series

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MARKED = {"p50": 0.5, "p95": 0.05, "p99": 0.01}


def draw(comparison: ComparisonDocument, all_series: Sequence[Series]) -> Figure:
    """All strategies in one panel on a log share down to 0.1 %."""
    title = f"{comparison['scenario']}: share of accepted recipients whose latency was longer"
    figure = canvas.sheet(title, 10, 5)
    axes = figure.subplots()
    shown = [one for one in all_series if len(one.latency_s)]
    for place, one in enumerate(shown):
        _curve(axes, one, place / len(shown))
    _axes(axes, shown)
    if not shown:
        canvas.say(axes, "nothing accepted")
    missing = ", ".join(one.strategy for one in all_series if not len(one.latency_s))
    figure.legend(
        handles=[canvas.key(one.strategy) for one in shown],
        loc="outside right center",
        title=f"nothing accepted:\n{missing}" if missing and shown else None,
    )
    return figure


def _curve(axes: Axes, one: Series, phase: float) -> None:
    mine = look(one.strategy)
    axes.step(
        [0.0, *one.latency_s],
        [1.0, *one.still_waiting],
        where="post",
        color=mine.color,
        linestyle=mine.linestyle,
        linewidth=1.5,
    )
    marks = [one.latency_s[one.still_waiting <= share + 1e-12][0] for share in _MARKED.values()]
    axes.plot(marks, list(_MARKED.values()), linestyle="", color=mine.color, marker=mine.marker, markersize=6)


def _axes(axes: Axes, shown: Sequence[Series]) -> None:
    from matplotlib.ticker import FuncFormatter, NullLocator

    axes.set_yscale("log")
    axes.set_ylim(TAIL, 1.15)
    axes.set_yticks([1, 0.1, 0.01, 0.001], ["100 %", "10 %", "1 %", "0.1 %"])
    axes.yaxis.set_minor_locator(NullLocator())
    axes.set_ylabel("share of accepted recipients waiting longer")
    axes.set_xlabel("latency from the intended instant to acceptance (s)")
    _latency_axis(axes, shown)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,.10g}"))
    for name, share in _MARKED.items():
        axes.axhline(share, color=palette.FAINT, linewidth=0.6, zorder=0)
        at = ("axes fraction", "data")
        axes.annotate(name, (1.0, share), (3, 0), at, "offset points", va="center", color=palette.FAINT)


def _latency_axis(axes: Axes, shown: Sequence[Series]) -> None:
    scale, low, high = extent(shown)
    axes.set_xscale(scale)
    axes.set_xlim(low, high)


def extent(shown: Sequence[Series]) -> tuple[Literal["linear", "log"], float, float]:
    """The latencies' axis: its scale and its ends in seconds."""
    medians = [float(one.latency_s[one.still_waiting <= 0.5][0]) for one in shown]
    longest = max((float(one.latency_s[-1]) for one in shown), default=1.0)
    if medians and longest > canvas.WIDE * max(min(medians), 1e-3):
        return "log", max(min(medians) / 10, 1e-3), longest * 1.3
    return "linear", 0.0, (longest or 1.0) * 1.06
