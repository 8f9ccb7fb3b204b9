"""How many recipients waited over time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reports.documents.comparison import ComparisonDocument
from reports.figures import canvas
from reports.figures.instants import Times
from reports.figures.series import Floats, Series

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw(comparison: ComparisonDocument, all_series: Sequence[Series], times: Times) -> Figure:
    """Submitted minus accepted, lost and dead-lettered so far; a panel for each kind of mail."""
    title = f"{comparison['scenario']}: recipients neither accepted, lost nor dead-lettered yet{times.said}"
    handles, kinds = [canvas.key(one.strategy) for one in all_series], [part.name for part in all_series[0].parts]
    figure = canvas.sheet(title, 10, canvas.beside(handles, 4.6 if not kinds else 1.0 + 2.2 * len(kinds)))
    column = figure.subplots(len(kinds) or 1, 1, sharex=True, squeeze=False)[:, 0]
    for number, axes in enumerate(column):
        _panel(axes, comparison, all_series, times, number if kinds else None)
    for axes in column[:-1]:
        axes.set_xlabel("")
    figure.legend(handles=handles, loc="outside right center")
    return figure


def _panel(
    axes: Axes, comparison: ComparisonDocument, all_series: Sequence[Series], times: Times, kind: int | None
) -> None:
    """Of a kind of mail, or of all mail; each on a scale of its own, since kinds differ by orders of magnitude."""
    scale = canvas.time_axis(axes, times)
    for place, one in enumerate(all_series):
        waiting = one.waiting if kind is None else one.parts[kind].waiting
        _line(axes, one, waiting, times, place / len(all_series))
    axes.set_ylim(bottom=0)
    axes.set_ylabel("waiting recipients")
    if kind is not None:
        axes.set_title(all_series[0].parts[kind].name, fontweight="bold")
    canvas.shade_faults(axes, comparison["faults"], scale)
    canvas.name_faults(axes, comparison["faults"], scale)


def _line(axes: Axes, one: Series, waiting: Floats, times: Times, phase: float) -> None:
    """What a strategy left waiting goes on waiting to the end of the picture."""
    beyond_s = times.end_s + 0.02 * (times.end_s - times.start_s)
    at, step = [*(one.waiting_at_s / times.scale), beyond_s / times.scale], len(waiting) // 12
    canvas.marked_line(axes, one.strategy, at, [*waiting, waiting[-1]], (round(step * phase), step))
