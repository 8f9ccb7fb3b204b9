"""Charts as data for the page's script: axes, panels and lines of few enough points, whatever a run's size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NotRequired, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray
from typing_extensions import TypedDict

from reports.documents.comparison import FaultTable
from reports.figures.series import Floats
from scenarios.formats.quoted import printable

MOST_NUMBERS = 60_000
"""On a whole page: half a megabyte."""

MOST_POINTS, LEAST_POINTS = 1000, 40
DIGITS, TINY = 6, 1e-200
Scale = Literal["linear", "log"]


class WallClock(TypedDict):
    """What a clock shows at 0, on which day (Monday is 0), and how far apart its ticks may be."""

    since_midnight_s: int
    weekday: int
    steps_s: Sequence[int]


class Axis(TypedDict):
    """What an axis shows, from where to where; `fixed` are ticks that are not round numbers, with their words.

    An axis in seconds may have a clock.
    """

    label: str
    unit: str
    scale: Scale
    ends: list[float]
    fixed: NotRequired[list[tuple[float, str]]]
    clock: NotRequired[WallClock]


class Line(TypedDict):
    """A curve of the contender with the number `of`, or of none; `x` are places, or a first place and a step.

    What was measured has its markers at its places, and only there. An area is filled down to 0; steps and areas go on
    from each place to the next; points may be hollow. What has a `base` stands on it, value by value.
    """

    of: int | None
    name: str
    kind: Literal["line", "measured", "step", "area", "points", "limit", "refused", "failed"]
    x: list[float]
    step: NotRequired[float]
    y: list[float]
    base: NotRequired[list[float]]
    said: NotRequired[str]
    hollow: NotRequired[bool]


class Panel(TypedDict):
    """Lines on common axes, perhaps with a `top` and bands of its own; one of a single contender is hidden with it."""

    title: str
    note: str
    of: int | None
    top: NotRequired[float]
    bands: NotRequired[list[Band]]
    lines: list[Line]


class Band(TypedDict):
    """A stretch of the x axis in which something was so, or an instant of it."""

    name: str
    ends: list[float]


class Chart(TypedDict):
    """Panels one below the other. The time axes of all charts show the same stretch, at first that of the focus."""

    name: str
    shows: str
    is_time: bool
    height: int
    x: Axis
    y: Axis
    focus: NotRequired[list[float]]
    bands: list[Band]
    panels: list[Panel]


def one_panel(lines: list[Line]) -> list[Panel]:
    """All contenders on the same axes, under the chart's own title."""
    return [{"title": "", "note": "", "of": None, "lines": lines}]


def most_points(series: int) -> int:
    """How many points each of so many series may have."""
    return max(LEAST_POINTS, min(MOST_POINTS, MOST_NUMBERS // max(series, 1)))


def numbers(values: ArrayLike) -> list[float]:
    """Six digits are more than anyone sees; all at once, since a page has tens of thousands."""
    exact = np.asarray(values, np.float64)
    size = np.abs(exact).clip(TINY)
    decimals = DIGITS - 1 - np.floor(np.log10(size))
    scale = 10.0 ** np.abs(decimals)  # exact up to 1e22: what is divided by it has no seventh digit
    with np.errstate(over="ignore"):  # of what is not taken
        rounded = np.where(decimals > 0, np.round(exact * scale) / scale, np.round(exact / scale) * scale)
    return cast(list[float], rounded.tolist())


def thinned(values: Floats, most: int) -> Floats:
    """Every so manieth value or row, the first and the last one among them."""
    if len(values) <= most:
        return values
    places: NDArray[np.intp] = np.unique(np.linspace(0, len(values) - 1, most).round().astype(np.intp))
    return values[places]


def bands(faults: Sequence[FaultTable], scale: float) -> list[Band]:
    """The faults on a time axis whose unit has so many seconds."""
    return [
        {
            "name": printable(fault["kind"]).replace("_", " "),
            "ends": numbers([fault["start_s"] / scale, (fault["start_s"] + fault["duration_s"]) / scale]),
        }
        for fault in faults
    ]
