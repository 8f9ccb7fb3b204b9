"""How many recipients waited over time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reports.documents.comparison import ComparisonDocument
from reports.figures import canvas
from reports.figures.series import Series

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw(comparison: ComparisonDocument, all_series: Sequence[Series]) -> Figure:
    """All strategies in one panel: submitted minus accepted, lost and dead-lettered so far."""
    end_s = max(one.end_s for one in all_series)
    title = f"{comparison['scenario']}: recipients submitted that were neither accepted, lost nor dead-lettered yet"
    figure = canvas.sheet(title, 10, 4.6)
    axes = figure.subplots()
    scale = canvas.time_axis(axes, end_s)
    for place, one in enumerate(all_series):
        _line(axes, one, end_s, scale, place / len(all_series))
    axes.set_ylim(bottom=0)
    axes.set_ylabel("waiting recipients")
    canvas.shade_faults(axes, comparison["faults"], scale)
    canvas.name_faults(axes, comparison["faults"], scale)
    figure.legend(handles=[canvas.key(one.strategy) for one in all_series], loc="outside right center")
    return figure


def _line(axes: Axes, one: Series, end_s: float, scale: float, phase: float) -> None:
    """What a strategy left waiting goes on waiting to the end of the picture."""
    at, step = [*(one.waiting_at_s / scale), end_s * 1.02 / scale], len(one.waiting) // 12
    canvas.marked_line(axes, one.strategy, at, [*one.waiting, one.waiting[-1]], (round(step * phase), step))
