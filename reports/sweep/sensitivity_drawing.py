"""Which unknown matters, as a picture: a bar for each assumption and contender, the weightiest on top."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.documents.sweep import SweepDocument
from reports.figures import canvas, palette
from reports.sweep.sensitivity_table import by_contender, order
from scenarios.formats.quoted import printable

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_BAR_IN, _GROUP_IN, _AROUND_IN = 0.16, 0.14, 1.6


def draw(sweep: SweepDocument) -> Figure:
    """The total index as an open bar with its interval, and what the assumption makes alone filled in."""
    known, keys = by_contender(sweep), order(sweep)
    many = max(1, len(known))
    high = _AROUND_IN + len(keys) * (_GROUP_IN + _BAR_IN * many)
    title = f"{printable(sweep['scenario'])}: which unknown matters for {sweep['figure']}"
    figure = canvas.sheet(title, 9.0, max(3.0, high))
    axes = figure.subplots()
    width = 0.85 / many
    for place, (name, of) in enumerate(known.items()):
        mine = palette.look(name)
        rows = [row + (place - (many - 1) / 2) * width for row in range(len(keys))]
        total, first = ([max(0.0, of[key][which]) for key in keys] for which in ("total", "first"))
        margins = [of[key]["total_margin"] for key in keys]
        axes.barh(
            rows, total, height=width * 0.9, facecolor="#FFFFFF", edgecolor=mine.color, hatch=mine.hatch, linewidth=1
        )
        axes.barh(rows, first, height=width * 0.9, color=mine.color, label=printable(name))
        axes.errorbar(total, rows, xerr=margins, fmt="none", ecolor=palette.INK, elinewidth=0.8, capsize=2)
    axes.set_yticks(range(len(keys)), [printable(key) for key in keys])
    axes.set_ylim(len(keys) - 0.4, -0.6)
    axes.set_xlim(left=0.0)
    axes.set_xlabel(
        "share of the variance: filled, by the assumption alone; open, with others; line, its 95 % interval"
    )
    axes.grid(axis="x", color=palette.FAULT)
    axes.set_axisbelow(True)
    axes.legend(loc="lower right")
    return figure
