"""What happened when: the rates and the backlog of all contenders over time, as the pictures of the same name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from reports.documents.comparison import ComparisonDocument
from reports.figures import canvas, palette
from reports.figures.rate import means, most_limit, top
from reports.figures.series import Floats, Series
from reports.page.charts import Axis, Chart, Line, Panel, bands, most_points, numbers, one_panel, thinned
from reports.words import duration, time_unit
from strategies.presentation.words import count, counted

SERIES = 7
"""Of each contender on a page at most: accepted, refused, failed; what waits and when; latencies and their shares."""


def rate(comparison: ComparisonDocument, every: Sequence[Series]) -> Chart:
    """A panel for each contender: what SES accepted, refused and failed each second, against the limit."""
    end_s, bin_s = _end_s(every), _bin_s(every)
    limit = comparison["account"]["max_send_rate_per_s"]
    y: Axis = {"label": _per_s(bin_s), "unit": "/s", "scale": "linear", "ends": [0, _top(comparison, every, bin_s)]}
    return {
        "name": "rate",
        "shows": f"Recipients that SES accepted and refused each second, against the limit of {limit:g} a second: "
        + "; ".join(f"{one.strategy} {_peak(one)}" for one in every),
        "is_time": True,
        "height": 92,
        "x": _time_axis(end_s),
        "y": y,
        "bands": bands(comparison["faults"], time_unit(end_s)[0]),
        "panels": [_rates(comparison, number, one, bin_s, end_s, y["ends"][1]) for number, one in enumerate(every)],
    }


def backlog(comparison: ComparisonDocument, every: Sequence[Series]) -> Chart:
    """All contenders in one panel: submitted minus accepted, lost and dead-lettered so far."""
    end_s = _end_s(every)
    most = max(float(one.waiting.max(initial=0)) for one in every)
    lines = [_waiting(number, one, most_points(SERIES * len(every))) for number, one in enumerate(every)]
    last_s = ", ".join(f"{one.strategy} {_emptied(one)}" for one in every)
    return {
        "name": "backlog",
        "shows": f"Recipients that waited over time, {count(most)} at most: {last_s}",
        "is_time": True,
        "height": 300,
        "x": _time_axis(end_s),
        "y": {"label": "waiting recipients", "unit": "", "scale": "linear", "ends": [0, 1.05 * (most or 1.0)]},
        "bands": bands(comparison["faults"], time_unit(end_s)[0]),
        "panels": one_panel(_in_unit(lines, time_unit(end_s)[0])),
    }


def _end_s(every: Sequence[Series]) -> float:
    return max(1.0, *(one.end_s for one in every))


def _bin_s(every: Sequence[Series]) -> int:
    """As wide as those of the picture, or wider where there are many contenders."""
    width = max(one.bin_s for one in every)
    while _end_s(every) / width > most_points(SERIES * len(every)) + 24:  # bins come by powers of two
        width *= 2
    return width


def _time_axis(end_s: float) -> Axis:
    scale, unit = time_unit(end_s)
    return {
        "label": "time since the start of the scenario",
        "unit": unit,
        "scale": "linear",
        "ends": [0, end_s * 1.02 / scale],
    }


def _per_s(bin_s: int) -> str:
    return "recipients/s" if bin_s == 1 else f"recipients/s (means of {bin_s} s)"


def _top(comparison: ComparisonDocument, every: Sequence[Series], bin_s: int) -> float:
    return top(every, bin_s, most_limit(comparison))


def _peak(one: Series) -> str:
    return f"at most {count(one.peak_1s.max(initial=0))} within one second"


def _rates(comparison: ComparisonDocument, number: int, one: Series, bin_s: int, end_s: float, highest: float) -> Panel:
    scale = time_unit(end_s)[0]
    at_s, limit = canvas.limit_steps(comparison["account"], end_s)
    lines = [*_rate_lines(number, one, bin_s, scale)]
    lines.append({"of": None, "name": "limit", "kind": "limit", "x": numbers(at / scale for at in at_s), "y": limit})
    return {"title": one.strategy, "note": f"{_peak(one)}{_cut(lines, highest)}", "of": number, "lines": lines}


def _cut(lines: Sequence[Line], highest: float) -> str:
    """What is higher than the panel."""
    most = {line["name"]: max(line["y"], default=0.0) for line in lines if line["kind"] in palette.UNSENT}
    high = [f"{name}: up to {count(round(value))}/s" for name, value in most.items() if value > highest]
    return f"; {', '.join(high)}, off the scale" if high else ""


def _rate_lines(number: int, one: Series, bin_s: int, scale: float) -> Iterator[Line]:
    kinds: list[tuple[str, Literal["area", "refused", "failed"]]] = [
        ("accepted", "area"),
        ("refused", "refused"),
        ("failed", "failed"),
    ]
    for name, kind in kinds:
        level: Floats = means(one, getattr(one, name), bin_s)
        if level.any() or kind == "area":
            x = {"x": [0.0], "step": bin_s / scale}
            yield {"of": number, "name": name, "kind": kind, **x, "y": numbers(level)}  # type: ignore[typeddict-item]


def _waiting(number: int, one: Series, most: int) -> Line:
    at_s, level = thinned(one.waiting_at_s, most), thinned(one.waiting, most)
    return {"of": number, "name": one.strategy, "kind": "line", "x": numbers(at_s), "y": numbers(level)}


def _in_unit(lines: Sequence[Line], scale: float) -> list[Line]:
    return [{**line, "x": numbers(x / scale for x in line["x"])} for line in lines]


def _emptied(one: Series) -> str:
    """When nothing waited any more, or what waits to the end."""
    if one.waiting[-1]:
        return f"leaves {counted(float(one.waiting[-1]), 'recipient')}"
    waiting = one.waiting.nonzero()[0]
    last = min(int(waiting[-1]) + 1, len(one.waiting) - 1) if len(waiting) else 0
    return f"none from {duration(float(one.waiting_at_s[last]))} on"
