"""What a million accepted recipients cost, against how long the slowest hundredth waited."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

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


class _Place(NamedTuple):
    """Where a strategy's marker stands: p99 latency, and dollars per million accepted recipients."""

    latency_s: float
    usd: float


def draw(comparison: ComparisonDocument, entries: Sequence[StrategyEntry]) -> Figure:
    """A marker per strategy, hollow where mail was lost or dead-lettered: there a good place was bought with it."""
    title = f"{comparison['scenario']}: cost against p99 latency; towards the lower left is better, if nothing is lost"
    figure = canvas.sheet(title, 10, 4.6)
    axes = figure.subplots()
    places = [(entry, place) for entry in entries if (place := _place(entry))]
    for entry, place in places:
        _point(axes, entry, place)
    _latency_axis(axes, [place.latency_s for _, place in places])
    _cost_axis(axes, [place.usd for _, place in places])
    if not places:
        canvas.say(axes, "nothing accepted")
    figure.legend(handles=[_key(entry) for entry in entries], loc="outside right center", labelspacing=0.9)
    return figure


def _gone(entry: StrategyEntry) -> float:
    return entry["recipients"]["lost"] + entry["recipients"]["dead_lettered"]


def _place(entry: StrategyEntry) -> _Place | None:
    """None where nothing was accepted."""
    latency_s, usd = entry["latency_s"]["p99"], entry["cost_per_million_usd"]
    return None if latency_s is None or usd is None else _Place(latency_s, usd)


def _point(axes: Axes, entry: StrategyEntry, place: _Place) -> None:
    mine = look(entry["strategy"])
    face, edge, width = ("none", mine.color, 1.6) if _gone(entry) else (mine.color, palette.INK, 0.5)
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

    fastest_s, slowest_s = min(latencies_s, default=1.0), max(latencies_s, default=1.0) or 1.0
    if slowest_s > canvas.WIDE * fastest_s > 0:
        axes.set_xscale("log")
        axes.set_xlim(fastest_s / 2, slowest_s * 2)
    else:
        axes.set_xlim(0, 1.12 * slowest_s)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
    axes.set_xlabel("p99 latency from the intended instant to acceptance (s)")


def _cost_axis(axes: Axes, costs: Sequence[float]) -> None:
    least, most = min(costs, default=0.0), max(costs, default=0.0)
    room = max(0.2 * (most - least), 0.05 * most, 0.01)
    bottom = max(least - room, -0.5 * room)
    axes.set_ylim(bottom, most + room)
    axes.set_ylabel("US dollars per million accepted recipients" + "\n(the axis does not begin at 0)" * (bottom > 0))


def _key(entry: StrategyEntry) -> Line2D:
    """The legend tells each point's figures, because points of alike strategies lie on one another."""
    handle = canvas.key(entry["strategy"])
    handle.set_linestyle("")
    handle.set_markersize(7)
    if _gone(entry):
        handle.set_markerfacecolor("none")
    handle.set_label(f"{entry['strategy']}\n{_figures(entry)}")
    return handle


def _figures(entry: StrategyEntry) -> str:
    gone = _gone(entry)
    loss = f"\n{count(gone)} lost or dead-lettered (hollow)" if gone else ""
    place = _place(entry)
    return f"{money(place.usd)}, {duration(place.latency_s)}{loss}" if place else f"nothing accepted{loss}"
