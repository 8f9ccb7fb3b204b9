"""What a million accepted recipients cost, against how long the slowest hundredth waited."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from reports.documents.comparison import ComparisonDocument
from reports.figures import canvas, palette
from reports.figures.palette import look
from reports.words import duration, money
from scenarios.entry import StrategyEntry
from strategies.presentation.words import count

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D


class Place(NamedTuple):
    """Where a strategy's marker stands: p99 latency, and dollars per million accepted recipients."""

    latency_s: float
    usd: float


def draw(comparison: ComparisonDocument, entries: Sequence[StrategyEntry]) -> Figure:
    """A marker per strategy, hollow where mail was lost or dead-lettered: there a good place was bought with it."""
    title = f"{comparison['scenario']}: cost against p99 latency; towards the lower left is better, if nothing is lost"
    handles = [_key(entry) for entry in entries]
    figure = canvas.sheet(title, 10, canvas.beside(handles, 4.6))
    axes = figure.subplots()
    places = [(entry, its) for entry in entries if (its := place_of(entry))]
    for entry, its in places:
        _point(axes, entry, its)
    _latency_axis(axes, [its.latency_s for _, its in places])
    _cost_axis(axes, [its.usd for _, its in places])
    if not places:
        canvas.say(axes, "nothing accepted")
    figure.legend(handles=handles, loc="outside right center", labelspacing=0.9)
    return figure


def gone(entry: StrategyEntry) -> float:
    """Recipients that nobody sends any more."""
    return entry["recipients"]["lost"] + entry["recipients"]["dead_lettered"]


def place_of(entry: StrategyEntry) -> Place | None:
    """None where nothing was accepted."""
    latency_s, usd = entry["latency_s"]["p99"], entry["cost_per_million_usd"]
    return None if latency_s is None or usd is None else Place(latency_s, usd)


def _point(axes: Axes, entry: StrategyEntry, place: Place) -> None:
    mine = look(entry["strategy"])
    face, edge, width = ("none", mine.color, 1.6) if gone(entry) else (mine.color, palette.INK, 0.5)
    axes.scatter(
        *place,
        s=70,
        marker=mine.marker,
        facecolor=face,
        edgecolor=edge,
        linewidth=width,
        clip_on=False,
        zorder=3,
    )


def _latency_axis(axes: Axes, latencies_s: Sequence[float]) -> None:
    from matplotlib.ticker import FuncFormatter

    scale, low, high = latency_extent(latencies_s)
    axes.set_xscale(scale)
    axes.set_xlim(low, high)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
    axes.set_xlabel("p99 latency from the intended instant to acceptance (s)")


def latency_extent(latencies_s: Sequence[float]) -> tuple[Literal["linear", "log"], float, float]:
    """The latencies' axis: its scale and its ends in seconds."""
    fastest_s, slowest_s = min(latencies_s, default=1.0), max(latencies_s, default=1.0) or 1.0
    if slowest_s > canvas.WIDE * fastest_s > 0:
        return "log", fastest_s / 2, slowest_s * 2
    return "linear", 0.0, 1.12 * slowest_s


def _cost_axis(axes: Axes, costs: Sequence[float]) -> None:
    bottom, high = cost_extent(costs)
    axes.set_ylim(bottom, high)
    axes.set_ylabel("US dollars per million accepted recipients" + "\n(the axis does not begin at 0)" * (bottom > 0))


def cost_extent(costs: Sequence[float]) -> tuple[float, float]:
    """The ends of the dollars' axis, which begins at 0 only where it can without hiding differences."""
    least, most = min(costs, default=0.0), max(costs, default=0.0)
    room = max(0.2 * (most - least), 0.05 * most, 0.01)
    return max(least - room, 0.0), most + room


def _key(entry: StrategyEntry) -> Line2D:
    """The legend tells each point's figures, because points of alike strategies lie on one another."""
    handle = canvas.key(entry["strategy"])
    handle.set_linestyle("")
    handle.set_markersize(7)
    if gone(entry):
        handle.set_markerfacecolor("none")
    handle.set_label(f"{entry['strategy']}\n{said_of(entry)}")
    return handle


def said_of(entry: StrategyEntry) -> str:
    """Its dollars and its latency, and below them what is gone."""
    lost = gone(entry)
    loss = f"\n{count(lost)} lost or dead-lettered (hollow)" if lost else ""
    place = place_of(entry)
    return f"{money(place.usd)}, {duration(place.latency_s)}{loss}" if place else f"nothing accepted{loss}"
