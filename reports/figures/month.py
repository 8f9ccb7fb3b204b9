"""What a month costs at any volume, and where another strategy becomes the cheaper one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reports.documents.comparison import ComparisonDocument
from reports.figures import canvas, palette
from reports.figures.month_curves import MarkedPoint, curves_of, marked_points, sendable, volume_of
from reports.words import money, volume
from scenarios.entry import StrategyEntry
from scenarios.measures.month_curve import MonthCurve
from strategies.presentation.words import count

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

POINTS = 181
MARKERS = 6  # on each line
LEAST_USD = 0.01  # nothing lies lower on a logarithmic axis
AROUND = 30.0  # times less and more than what is marked


def draw(comparison: ComparisonDocument, entries: Sequence[StrategyEntry]) -> Figure:
    """A line per strategy on logarithmic axes; the scenario's own volume and the break-evens are marked."""
    plan, curves = comparison["bill"]["plan"], curves_of(comparison)
    handles = [_key(entry) for entry in entries]
    title = f"{comparison['scenario']}: what a month costs at other volumes, plan {plan}"
    figure = canvas.sheet(title, 10, canvas.beside(handles, 5))
    axes = figure.subplots()
    if not curves:
        canvas.say(axes, "nothing submitted")
        return figure
    mine, break_evens = volume_of(comparison), marked_points(comparison)
    volumes = volumes_around([mine, *(point.recipients for point in break_evens)], sendable(comparison))
    for place, entry in enumerate(entries):
        if entry["strategy"] in curves:
            _line(axes, entry["strategy"], curves[entry["strategy"]], volumes, place / len(entries))
    _scales(axes)
    _mark(axes, mine, break_evens)
    figure.legend(handles=handles, loc="outside right center", labelspacing=0.9)
    return figure


def volumes_around(marked: Sequence[float], most: float) -> list[float]:
    """Recipients a month: evenly on a logarithmic axis around what is marked, as far as the account can send them."""
    start, end = max(1.0, min(marked) / AROUND), max(*marked, min(most, max(marked) * AROUND))
    return [start * (end / start) ** (place / (POINTS - 1)) for place in range(POINTS)]


def _line(axes: Axes, strategy: str, curve: MonthCurve, volumes: Sequence[float], phase: float) -> None:
    step = POINTS // MARKERS
    usd = [max(LEAST_USD, curve.total_usd(at)) for at in volumes]
    canvas.marked_line(axes, strategy, volumes, usd, (round(step * phase), step))


def _scales(axes: Axes) -> None:
    from matplotlib.ticker import FuncFormatter, NullFormatter

    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: volume(value)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel("recipients a month, by more or fewer runs of the scenario")
    axes.set_ylabel("US dollars a month")


def _mark(axes: Axes, mine: float, break_evens: Sequence[MarkedPoint]) -> None:
    """The scenario's volume as a line, a break-even as a ring."""
    axes.axvline(mine, color=palette.FAINT, linewidth=0.8, linestyle=":", zorder=0)
    where, above = ("data", "axes fraction"), "offset points"
    axes.annotate(f"this scenario: {volume(mine)}", (mine, 1.0), (3, -2), where, above, va="top", color=palette.FAINT)
    for place, point in enumerate(sorted(break_evens, key=lambda point: point.recipients)):
        _ring(axes, point, place)


def _ring(axes: Axes, point: MarkedPoint, place: int) -> None:
    """Its words stand one above the other in a corner, since rings may be close together."""
    axes.plot([point.recipients], [point.usd], "o", markersize=10, color=palette.INK, fillstyle="none", zorder=4)
    *others, last = point.strategies
    text = f"{', '.join(others)} = {last}\nat {volume(point.recipients)}"
    where, box = (0.99, 0.02 + 0.11 * place), {"facecolor": "white", "edgecolor": "none", "alpha": 0.9, "pad": 1}
    line = {"arrowstyle": "-", "color": palette.FAINT, "shrinkB": 5}
    axes.annotate(
        text, (point.recipients, point.usd), where, "data", "axes fraction", ha="right", va="bottom", fontsize=8,
        zorder=5, bbox=box, arrowprops=line,
    )  # fmt: skip


def _key(entry: StrategyEntry) -> Line2D:
    """The legend tells the month of the scenario itself, and who is cheap because it sent less."""
    handle = canvas.key(entry["strategy"])
    submitted = entry["recipients"]["submitted"]
    unsent = submitted - entry["recipients"]["accepted"]
    usd = money(entry["month"]["total_usd"]) if "month" in entry else "no month"
    short = f"\n{count(unsent)} of {count(submitted)} not accepted" if unsent else ""
    handle.set_label(f"{entry['strategy']}\n{usd} here{short}")
    return handle
