"""Which unknown matters, as a picture: a bar for each assumption and contender, the weightiest on top."""

from __future__ import annotations

from collections.abc import Sequence
from math import nan
from typing import TYPE_CHECKING, Literal

from reports.documents.sweep import SweepDocument
from reports.figures import canvas, palette
from reports.sweep.sensitivity_table import UNTOLD, by_contender, is_told, order
from scenarios.formats.quoted import printable

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DRAWN: tuple[Literal["total"], Literal["first"], Literal["total_margin"]] = ("total", "first", "total_margin")
_AXIS = "share of the variance\nfilled, by the assumption alone; open, with others\nline, its 95 % interval"
_BAR_IN, _GROUP_IN, _AROUND_IN = 0.16, 0.14, 1.9


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
        told = [is_told(of[key]) for key in keys]
        total, first, margins = (_where(told, [of[key][which] for key in keys]) for which in _DRAWN)
        axes.barh(
            rows, total, height=width * 0.9, facecolor="#FFFFFF", edgecolor=mine.color, hatch=mine.hatch, linewidth=1
        )
        axes.barh(rows, first, height=width * 0.9, color=mine.color, label=printable(name))
        axes.errorbar(total, rows, xerr=margins, fmt="none", ecolor=palette.INK, elinewidth=0.8, capsize=2)
        for row in (row for row, is_known in zip(rows, told, strict=True) if not is_known):
            beside = axes.get_yaxis_transform()  # across in shares of the axis
            axes.text(0.01, row, UNTOLD, va="center", fontsize=7, color=mine.color, transform=beside)
    axes.set_yticks(range(len(keys)), [printable(key) for key in keys])
    axes.set_ylim(len(keys) - 0.4, -0.6)
    axes.set_xlim(0.0, None if any(map(is_told, sweep.get("sensitivity", ()))) else 1.0)
    axes.set_xlabel(_AXIS, loc="left")
    axes.grid(axis="x", color=palette.FAULT)
    axes.set_axisbelow(True)
    axes.legend(loc="lower right")
    return figure


def _where(told: Sequence[bool], values: Sequence[float]) -> list[float]:
    """Nothing is drawn of an index that is not told; estimates below zero are of zero."""
    return [max(0.0, value) if is_known else nan for is_known, value in zip(told, values, strict=True)]
