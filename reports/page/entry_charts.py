"""What it came to: latencies, cost, and a month at other volumes, as the pictures of the same name."""

from __future__ import annotations

from collections.abc import Sequence

from reports.documents.comparison import ComparisonDocument, ExplainedEntry
from reports.figures import latency as latency_figure
from reports.figures.cost import cost_extent, gone, latency_extent, place_of, said_of
from reports.figures.month import LEAST_USD, volumes_around
from reports.figures.month_curves import curves_of, marked_points, sendable, volume_of
from reports.figures.series import TAIL, Series
from reports.page.charts import Axis, Chart, Line, Panel, numbers, one_panel, thinned
from reports.page.time_curves import points_each
from reports.words import duration, money, volume
from scenarios.measures.month_curve import MonthCurve


def latency(every: Sequence[Series], entries: Sequence[ExplainedEntry]) -> Chart:
    """The share of the accepted recipients that waited longer; a panel for each kind of mail."""
    most = points_each(every)
    panels = [_waits(kind, curves, every, most) for kind, curves in latency_figure.curves_by_kind(every).items()]
    said = ", ".join(f"{entry['strategy']} {duration(entry['latency_s']['p99'])}" for entry in entries)
    shares = [(1.0, "100 %"), (0.1, "10 %"), (0.01, "1 %"), (0.001, "0.1 %")]
    return {
        "name": "latency",
        "shows": f"The share of the accepted recipients whose latency was longer; 99 % waited at most: {said}",
        "is_time": False,
        "height": 200 if every[0].parts else 320,
        "x": _latency_axis(every),
        "y": {"label": "share waiting longer", "unit": "share", "scale": "log", "ends": [TAIL, 1.15], "fixed": shares},
        "bands": [],
        "panels": panels,
    }


def cost(entries: Sequence[ExplainedEntry]) -> Chart:
    """A marker for each contender: dollars per million accepted recipients against the p99 latency."""
    places = [place_of(entry) for entry in entries]
    known = [one for one in places if one is not None]
    lines: list[Line] = [
        {
            "of": number,
            "name": entry["strategy"],
            "kind": "points",
            "x": numbers([one.latency_s] if one else []),
            "y": numbers([one.usd] if one else []),
            "said": said_of(entry).replace("\n", ", "),
            "hollow": gone(entry) > 0,
        }
        for number, (entry, one) in enumerate(zip(entries, places, strict=True))
    ]
    said = "; ".join(f"{line['name']} {line['said']}" for line in lines)
    return {
        "name": "cost",
        "shows": f"US dollars per million accepted recipients, and p99 latency: {said}",
        "is_time": False,
        "height": 300,
        "x": _p99_axis([one.latency_s for one in known]),
        "y": _usd_axis([one.usd for one in known]),
        "bands": [],
        "panels": one_panel(lines),
    }


def month(comparison: ComparisonDocument, entries: Sequence[ExplainedEntry]) -> Chart:
    """A line for each contender on logarithmic axes: what a month costs at any volume."""
    curves, mine = curves_of(comparison), volume_of(comparison)
    volumes = volumes_around([mine, *(one.recipients for one in marked_points(comparison))], sendable(comparison))
    lines = [
        _month(number, entry, curves[entry["strategy"]], volumes)
        for number, entry in enumerate(entries)
        if entry["strategy"] in curves
    ]
    every = [usd for line in lines for usd in line["y"]]
    here = ", ".join(f"{line['name']} {line['said']}" for line in lines if "said" in line)
    return {
        "name": "month",
        "shows": f"What a month costs by its recipients; with {volume(mine)}, as in this scenario: {here}",
        "is_time": False,
        "height": 320,
        "x": {"label": "recipients a month", "unit": "", "scale": "log", "ends": [volumes[0], volumes[-1]]},
        "y": {"label": "US dollars a month", "unit": "$", "scale": "log", "ends": [min(every) / 1.3, max(every) * 1.3]},
        "bands": [{"name": "this scenario", "ends": [mine, mine]}],
        "panels": one_panel(lines),
    }


def _waits(kind: str, curves: Sequence[latency_figure.Curve], every: Sequence[Series], most: int) -> Panel:
    number = {one.strategy: place for place, one in enumerate(every)}
    lines = [_survival(number[one.strategy], one, most) for one in curves]
    return {"title": kind, "note": "" if lines else "nothing accepted", "of": None, "lines": lines}


def _survival(number: int, one: latency_figure.Curve, most: int) -> Line:
    at_s, longer = thinned(one.waits.latency_s, most - 1), thinned(one.waits.still_waiting, most - 1)
    x, y = numbers([0.0, *at_s]), numbers([1.0, *longer])
    return {"of": number, "name": one.strategy, "kind": "step", "x": x, "y": y}


def _month(number: int, entry: ExplainedEntry, curve: MonthCurve, volumes: Sequence[float]) -> Line:
    usd = numbers([max(LEAST_USD, curve.total_usd(at)) for at in volumes])
    here = money(entry["month"]["total_usd"]) if "month" in entry else "no month"
    return {
        "of": number,
        "name": entry["strategy"],
        "kind": "line",
        "x": numbers(volumes),
        "y": usd,
        "said": f"{here} here",
    }


def _latency_axis(every: Sequence[Series]) -> Axis:
    curves = latency_figure.curves_by_kind(every).values()
    scale, low, high = latency_figure.extent([one.waits for some in curves for one in some])
    label = "latency from the intended instant to acceptance"
    return {"label": label, "unit": "s", "scale": scale, "ends": [low, high]}


def _p99_axis(latencies_s: Sequence[float]) -> Axis:
    scale, low, high = latency_extent(latencies_s)
    return {"label": "p99 latency", "unit": "s", "scale": scale, "ends": [low, high]}


def _usd_axis(costs: Sequence[float]) -> Axis:
    bottom, high = cost_extent(costs)
    label = "$ per million accepted" + " (the axis does not begin at 0)" * (bottom > 0)
    return {"label": label, "unit": "$", "scale": "linear", "ends": [bottom, high]}
