"""What SES accepted each second in a real run, over the band of what it accepted in the simulated ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from reports.calibrate.curves import Curves, curves_of, rates
from reports.calibrate.document import Pair
from reports.documents.calibration import CalibrationDocument
from reports.figures import canvas, palette
from reports.figures.instants import Times
from reports.figures.palette import look
from reports.figures.series import Floats
from strategies.presentation.words import counted

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_DASHED = (0, (6, 3))


def draw(calibration: CalibrationDocument, both: Sequence[Pair]) -> Figure:
    """A row per strategy on shared axes."""
    curves = [[curves_of(pair.ledger), *(one.gathered for one in pair.simulated)] for pair in both]
    end_s = max(one.end_s for row in curves for one in row)
    bin_s = max(one.bin_s for row in curves for one in row)
    title = f"{calibration['scenario']}: recipients accepted each second, {calibration['world']} against sim"
    figure = canvas.sheet(title, 10, 1.3 + 1.6 * len(both))
    column = figure.subplots(len(both), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
    for axes, pair, row in zip(column, both, curves, strict=True):
        _panel(axes, calibration, pair.strategy, _binned(row, bin_s, end_s), bin_s, end_s)
    for axes in column[:-1]:
        axes.set_xlabel("")
    column[0].set_ylim(bottom=0)
    _legend(figure, calibration)
    return figure


def _binned(row: Sequence[Curves], bin_s: int, end_s: float) -> Floats:
    """The real run's rates and below them each seed's, in bins of one width."""
    return np.array([rates(one, bin_s, int(end_s // bin_s) + 1) for one in row])


def _panel(
    axes: Axes, calibration: CalibrationDocument, strategy: str, binned: Floats, bin_s: int, end_s: float
) -> None:
    real, simulated, mine = binned[0], binned[1:], look(strategy)
    scale = canvas.time_axis(axes, Times(0.0, end_s))
    edges = np.arange(len(real) + 1) * bin_s / scale
    low, high = simulated.min(axis=0), simulated.max(axis=0)
    axes.stairs(high, edges, baseline=low, fill=True, facecolor=palette.BAND, edgecolor=palette.BAND, linewidth=3)
    axes.stairs(real, edges, baseline=None, color=mine.color, linewidth=1.3)
    at_s, limit = canvas.limit_steps(calibration["account"], end_s)
    axes.step(np.array(at_s) / scale, limit, where="post", color=palette.INK, linewidth=0.8, linestyle=_DASHED)
    canvas.shade_faults(axes, calibration["faults"], scale)
    canvas.name_faults(axes, calibration["faults"], scale)
    axes.set_title(strategy, fontweight="bold")
    axes.set_ylabel("recipients/s" if bin_s == 1 else f"recipients/s\n(means of {bin_s} s)", fontsize=8)


def _legend(figure: Figure, calibration: CalibrationDocument) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    real = f"{calibration['world']} (in the strategy's colour)"
    handles = [
        Line2D([], [], color=palette.FAINT, linewidth=1.3, label=real),
        Patch(facecolor=palette.BAND, label=f"range of {counted(calibration['seeds'], 'simulated seed')}"),
        Line2D([], [], color=palette.INK, linewidth=0.8, linestyle=_DASHED, label="limit"),
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=3)
