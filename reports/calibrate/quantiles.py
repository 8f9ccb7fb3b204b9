"""Latencies of a real run against the simulated ones, quantile by quantile: where both agree, marks are on the line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from reports.calibrate.curves import PERMILLE, curves_of
from reports.calibrate.document import Pair
from reports.documents.calibration import CalibrationDocument
from reports.figures import canvas, palette
from reports.figures.palette import look
from reports.figures.series import Floats
from strategies.presentation.words import counted

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_COLUMNS = 3
_MARKED = {"p50": (500, "left", (8, -8)), "p95": (950, "right", (-8, 8)), "p99": (990, "left", (8, -8))}
"""The share in thousandths, and on which side of the line its name stands, so that names do not meet."""

_DASHED = (0, (6, 3))


def draw(calibration: CalibrationDocument, both: Sequence[Pair]) -> Figure:
    """A panel per strategy, each on its own axes: how two worlds agree, not how two strategies compare."""
    columns = min(_COLUMNS, len(both))
    rows = -(-len(both) // columns)
    title = f"{calibration['scenario']}: latency in {calibration['world']} against sim, quantile by quantile"
    figure = canvas.sheet(title, 3.6 * max(columns, 2), 0.9 + 3.4 * rows)
    grid = figure.subplots(rows, columns, squeeze=False)
    for axes, pair in zip(grid.flat, both, strict=False):
        _panel(axes, pair, calibration["world"])
    for axes in grid.flat[len(both) :]:
        axes.set_axis_off()
    _legend(figure, calibration["seeds"])
    return figure


def _panel(axes: Axes, pair: Pair, world: str) -> None:
    real, simulated = curves_of(pair.ledger).quantiles_s, _simulated(pair)
    axes.set_title(pair.strategy, fontweight="bold")
    axes.set_xlabel("simulated latency, median of the seeds (s)")
    axes.set_ylabel(f"latency in {world} (s)")
    axes.set_box_aspect(1)
    if not len(real) or not len(simulated):
        canvas.say(axes, "nothing accepted")
        return
    middle = np.median(simulated, axis=0)
    _square(axes, np.concatenate((real, simulated.ravel())))
    axes.fill_between(middle, simulated.min(axis=0), simulated.max(axis=0), color=palette.BAND, linewidth=0)
    axes.plot([0, 1], [0, 1], transform=axes.transAxes, color=palette.INK, linewidth=0.8, linestyle=_DASHED)
    _marks(axes, pair.strategy, middle, real)


def _simulated(pair: Pair) -> Floats:
    """A row of quantiles for each seed that had any."""
    rows = [one.gathered.quantiles_s for one in pair.simulated if len(one.gathered.quantiles_s)]
    return np.array(rows)


def _square(axes: Axes, latency_s: Floats) -> None:
    """The same scale and limits on both axes, so that equality is the diagonal."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    positive = latency_s[latency_s > 0]
    is_wide = len(positive) and positive.max() > canvas.WIDE * positive.min()
    low, high = (positive.min() / 1.3, positive.max() * 1.3) if is_wide else (0.0, 1.06 * latency_s.max() or 1.0)
    for set_scale, set_limits in ((axes.set_xscale, axes.set_xlim), (axes.set_yscale, axes.set_ylim)):
        set_scale("log" if is_wide else "linear")
        set_limits(low, high)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
        if not is_wide:
            axis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))


def _marks(axes: Axes, strategy: str, middle: Floats, real: Floats) -> None:
    mine = look(strategy)
    axes.plot(middle, real, color=mine.color, linestyle="", marker=mine.marker, markersize=3)
    for name, (share, side, offset) in _MARKED.items():
        at = (middle[PERMILLE.index(share)], real[PERMILLE.index(share)])
        axes.plot(*at, color=mine.color, marker=mine.marker, markersize=8, markeredgecolor=palette.INK)
        axes.annotate(name, at, offset, "data", "offset points", ha=side, va="center", fontsize=8)


def _legend(figure: Figure, seeds: int) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles = [
        Line2D([], [], color=palette.FAINT, linestyle="", marker="o", markersize=4, label="each hundredth, real"),
        Patch(facecolor=palette.BAND, label=f"range of {counted(seeds, 'simulated seed')}"),
        Line2D([], [], color=palette.INK, linewidth=0.8, linestyle=_DASHED, label="equal (above it: slower for real)"),
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=3)
