"""What happened when: the rates and the backlog of all contenders over time, as the pictures of the same name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from reports.documents.comparison import ComparisonDocument
from reports.figures import canvas
from reports.figures.delivered import GONE, marks_of, said_of, times_of_inboxes, top_of
from reports.figures.inboxes import Inboxes
from reports.figures.instants import BY_CLOCK, SINCE_START, STEPS_S, Times
from reports.figures.rate import most_limit, top
from reports.figures.series import Series, times_of
from reports.figures.worth import AT_ONCE
from reports.page.charts import Axis, Band, Chart, Line, Panel, WallClock, bands, numbers, one_panel, thinned
from reports.page.time_curves import Pair, Seen, bin_s_of, joined, points_each, waiting
from reports.words import duration, time_unit
from scenarios.schema.clock import since_midnight_s, weekday
from strategies.presentation.words import count, counted

_UNSENT: Sequence[Literal["refused", "failed"]] = ("refused", "failed")


def rate(comparison: ComparisonDocument, run: Seen) -> Chart:
    """A panel for each contender: what SES accepted, refused and failed each second, against the limit."""
    limit, shown = comparison["account"]["max_send_rate_per_s"], run.near or run.far
    bin_s = bin_s_of(shown)
    y: Axis = {"label": _per_s(run), "unit": "/s", "scale": "linear", "ends": [0, _top(comparison, shown, bin_s)]}
    panels = [_rates(comparison, number, pair, run, y["ends"][1]) for number, pair in enumerate(run.pairs)]
    chart: Chart = {
        "name": "rate",
        "shows": f"Recipients that SES accepted and refused each second, against the limit of {limit:g} a second: "
        + "; ".join(f"{one.strategy} {_peak(one)}" for one in run.far),
        "is_time": True,
        "height": 92,
        "x": _time_axis(run.times),
        "y": y,
        "bands": bands(comparison["faults"], run.times.scale),
        "panels": panels,
    }
    return _focused(chart, run)


def delivered(comparison: ComparisonDocument, run: Seen) -> Chart:
    """A panel for each contender: what SES accepted so far, what of it is in the inbox, and what never will be.

    Its time axis is its own: mail waits at providers long after the last call.
    """
    times = times_of_inboxes(run.far, run.times.clock)
    return {
        "name": "delivered",
        "shows": "Recipients whose mail SES had accepted, and in whose inbox it was, over time: "
        + "; ".join(f"{one.strategy} {said_of(one.inboxes)}" for one in run.far),
        "is_time": False,
        "height": 110,
        "x": {**_time_axis(times), "ends": numbers([times.start_s / times.scale, times.end_s / times.scale])},
        "y": {"label": "recipients", "unit": "", "scale": "linear", "ends": [0, top_of(run.far)]},
        "bands": bands(comparison["faults"], times.scale),
        "panels": [_delivered(number, one, times, run) for number, one in enumerate(run.far)],
    }


def _delivered(number: int, one: Series, times: Times, run: Seen) -> Panel:
    panel: Panel = {"title": one.strategy, "note": said_of(one.inboxes), "of": number, "lines": []}
    if one.inboxes is None:
        return panel
    marks, gone = [*marks_of(one.inboxes)], one.inboxes.gone[-1]
    told = [f"{count(gone)} {GONE}"] * bool(gone) + [f"{mark.name} from {duration(mark.at_s)} on" for mark in marks]
    own: list[Band] = [{"name": mark.name, "ends": numbers([mark.at_s / times.scale] * 2)} for mark in marks]
    lines = [*_levels(number, one.inboxes, times, points_each(run.far, run.near))]
    return {**panel, "note": ", ".join((panel["note"], *told)), "bands": own, "lines": lines}


def _levels(number: int, one: Inboxes, times: Times, most: int) -> Iterator[Line]:
    """What is above both lines waits at a provider."""
    x = numbers(thinned(one.at_s, most) / times.scale)
    accepted, there, gone = (numbers(thinned(level, most)) for level in (one.accepted, one.delivered, one.gone))
    beyond = [max(times.end_s / times.scale, x[-1])]
    x, accepted, there, gone = x + beyond, accepted + accepted[-1:], there + there[-1:], gone + gone[-1:]
    yield {"of": number, "name": "accepted", "kind": "area", "x": x, "y": accepted}
    yield {"of": number, "name": "in the inbox", "kind": "line", "x": x, "y": there}
    if gone[-1] > AT_ONCE * accepted[-1]:  # it would hide the line that it stands on
        yield {"of": number, "name": GONE, "kind": "failed", "x": x, "y": gone, "base": there}


def backlog(comparison: ComparisonDocument, run: Seen) -> Chart:
    """Submitted minus accepted, lost and dead-lettered so far; a panel for each kind of mail."""
    most = max(float(one.waiting.max(initial=0)) for one in (*run.far, *run.near))
    last_s = ", ".join(f"{one.strategy} {_emptied(one)}" for one in run.far)
    panels = [_waiting_of(run, part.name, at) for at, part in enumerate(run.far[0].parts)]
    chart: Chart = {
        "name": "backlog",
        "shows": f"Recipients that waited over time, {count(most)} at most: {last_s}",
        "is_time": True,
        "height": 180 if panels else 300,
        "x": _time_axis(run.times),
        "y": {"label": "waiting recipients", "unit": "", "scale": "linear", "ends": [0, 1.05 * (most or 1.0)]},
        "bands": bands(comparison["faults"], run.times.scale),
        "panels": panels or one_panel(_lines(run, None)),
    }
    return _focused(chart, run)


def _waiting_of(run: Seen, kind: str, at: int) -> Panel:
    """On a scale of its own: kinds differ by orders of magnitude."""
    lines = _lines(run, at)
    most = max((max(line["y"]) for line in lines), default=0.0)
    return {"title": kind, "note": "", "of": None, "top": 1.05 * (most or 1.0), "lines": lines}


def _lines(run: Seen, kind: int | None) -> list[Line]:
    return [_waiting(number, pair, kind, run) for number, pair in enumerate(run.pairs)]


def _focused(chart: Chart, run: Seen) -> Chart:
    """In the unit of the axis."""
    if not run.near:
        return chart
    near = times_of(run.near, None)
    return {**chart, "focus": numbers([near.start_s / run.times.scale, near.end_s / run.times.scale])}


def _time_axis(times: Times) -> Axis:
    scale, end_s = times.scale, max(times.end_s, 1.0)
    ends = [0, end_s * 1.02 / scale]
    if times.clock is None:
        return {"label": SINCE_START, "unit": time_unit(end_s)[1], "scale": "linear", "ends": ends}
    clock: WallClock = {
        "since_midnight_s": since_midnight_s(times.clock.starts),
        "weekday": weekday(times.clock),
        "steps_s": STEPS_S,
    }
    return {"label": BY_CLOCK, "unit": "", "scale": "linear", "ends": ends, "clock": clock}


def _per_s(run: Seen) -> str:
    near_s, far_s = bin_s_of(run.near or run.far), bin_s_of(run.far)
    if near_s == far_s:
        return "recipients/s" if far_s == 1 else f"recipients/s (means of {far_s} s)"
    return f"recipients/s (means of {far_s} s, of {near_s} s near the queue)"


def _top(comparison: ComparisonDocument, every: Sequence[Series], bin_s: int) -> float:
    return top(every, bin_s, most_limit(comparison))


def _peak(one: Series) -> str:
    return f"at most {count(one.peak_1s.max(initial=0))} within one second"


def _rates(comparison: ComparisonDocument, number: int, pair: Pair, run: Seen, highest: float) -> Panel:
    far, _ = pair
    at_s, limit = canvas.limit_steps(comparison["account"], run.times.end_s)
    lines = [*_rate_lines(number, pair, run)]
    x = numbers([at / run.times.scale for at in at_s])
    lines.append({"of": None, "name": canvas.limit_of(comparison), "kind": "limit", "x": x, "y": limit})
    return {"title": far.strategy, "note": f"{_peak(far)}{_cut(lines, highest)}", "of": number, "lines": lines}


def _cut(lines: Sequence[Line], highest: float) -> str:
    """What is higher than the panel."""
    most = {line["name"]: max(line["y"]) for line in lines if "base" in line and max(_tops(line)) > highest}
    high = [f"{name}: up to {count(round(value))}/s" for name, value in most.items()]
    return f"; {', '.join(high)}, off the scale" if high else ""


def _tops(line: Line) -> list[float]:
    return [base + level for base, level in zip(line["base"], line["y"], strict=True)]


def _rate_lines(number: int, pair: Pair, run: Seen) -> Iterator[Line]:
    """What was refused stands on what was accepted, and what failed on both."""
    accepted = joined(pair, run, "accepted")
    last_s = bin_s_of(run.far) / run.times.scale
    x = numbers(accepted.at_s / run.times.scale)
    yield {"of": number, "name": "accepted", "kind": "area", "x": x, "step": last_s, "y": numbers(accepted.values)}
    base = accepted.values
    for kind in _UNSENT:
        level = joined(pair, run, kind).values
        if level.any():
            y, below = numbers(level), numbers(base)
            yield {"of": number, "name": kind, "kind": kind, "x": x, "step": last_s, "y": y, "base": below}
            base = base + level


def _waiting(number: int, pair: Pair, kind: int | None, run: Seen) -> Line:
    curve = waiting(pair, kind, points_each(run.far, run.near))
    x, y = numbers(curve.at_s / run.times.scale), numbers(curve.values)
    return {"of": number, "name": pair[0].strategy, "kind": "line", "x": x, "y": y}


def _emptied(one: Series) -> str:
    """When nothing waited any more, or what waits to the end."""
    if one.waiting[-1]:
        return f"leaves {counted(float(one.waiting[-1]), 'recipient')}"
    waiting = one.waiting.nonzero()[0]
    last = min(int(waiting[-1]) + 1, len(one.waiting) - 1) if len(waiting) else 0
    return f"none from {duration(float(one.waiting_at_s[last]))} on"
