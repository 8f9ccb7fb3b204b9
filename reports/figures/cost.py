"""What a million accepted recipients cost, against how long the slowest hundredth waited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from reports.figures import canvas, palette
from reports.figures.palette import look
from reports.words import count, duration, money

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D


def draw(comparison: Mapping[str, Any], entries: Sequence[Mapping[str, Any]]) -> Figure:
    """A marker per strategy, hollow for whoever lost or dead-lettered mail: there a good place was bought with it."""
    title = f"{comparison['scenario']}: cost against p99 latency; towards the lower left is better, if nothing is lost"
    figure = canvas.sheet(title, 10, 4.6)
    axes = figure.subplots()
    shown = [entry for entry in entries if entry["latency_s"]["p99"] is not None]
    for entry in shown:
        _point(axes, entry)
    _latency_axis(axes, shown)
    _cost_axis(axes, shown)
    if not shown:
        canvas.say(axes, "nothing accepted")
    figure.legend(handles=[_key(entry) for entry in entries], loc="outside right center", labelspacing=0.9)
    return figure


def _gone(entry: Mapping[str, Any]) -> float:
    return float(entry["recipients"]["lost"] + entry["recipients"]["dead_lettered"])


def _place(entry: Mapping[str, Any]) -> tuple[float, float]:
    return entry["latency_s"]["p99"], entry["cost_per_million_usd"]


def _point(axes: Axes, entry: Mapping[str, Any]) -> None:
    mine = look(entry["strategy"])
    face, edge, width = ("none", mine.color, 1.6) if _gone(entry) else (mine.color, palette.INK, 0.5)
    latency_s, usd = _place(entry)
    axes.scatter(
        latency_s,
        usd,
        s=70,
        marker=mine.marker,
        facecolor=face,
        edgecolor=edge,
        linewidth=width,
        clip_on=False,
        zorder=3,
    )


def _latency_axis(axes: Axes, shown: Sequence[Mapping[str, Any]]) -> None:
    from matplotlib.ticker import FuncFormatter

    latencies_s = [_place(entry)[0] for entry in shown] or [1.0]
    fastest_s, slowest_s = min(latencies_s), max(latencies_s) or 1.0
    if slowest_s > canvas.WIDE * fastest_s > 0:
        axes.set_xscale("log")
        axes.set_xlim(fastest_s / 2, slowest_s * 2)
    else:
        axes.set_xlim(0, 1.12 * slowest_s)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
    axes.set_xlabel("p99 latency from the intended instant to acceptance (s)")


def _cost_axis(axes: Axes, shown: Sequence[Mapping[str, Any]]) -> None:
    costs = [_place(entry)[1] for entry in shown] or [0.0]
    room = max(0.2 * (max(costs) - min(costs)), 0.05 * max(costs), 0.01)
    bottom = max(min(costs) - room, -0.5 * room)
    axes.set_ylim(bottom, max(costs) + room)
    axes.set_ylabel("US dollars per million accepted recipients" + "\n(the axis does not begin at 0)" * (bottom > 0))


def _key(entry: Mapping[str, Any]) -> Line2D:
    """The legend tells each point's figures, because points of alike strategies lie on one another."""
    handle = canvas.key(entry["strategy"])
    handle.set_linestyle("")
    handle.set_markersize(7)
    if _gone(entry):
        handle.set_markerfacecolor("none")
    handle.set_label(f"{entry['strategy']}\n{_figures(entry)}")
    return handle


def _figures(entry: Mapping[str, Any]) -> str:
    gone = _gone(entry)
    loss = f"\n{count(gone)} lost or dead-lettered (hollow)" if gone else ""
    if entry["latency_s"]["p99"] is None:
        return f"nothing accepted{loss}"
    return f"{money(entry['cost_per_million_usd'])}, {duration(entry['latency_s']['p99'])}{loss}"
