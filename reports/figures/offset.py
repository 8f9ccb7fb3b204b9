"""When inside each second the calls reached SES: heartbeats make combs, ramps make wedges, bursts make lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from reports.documents.comparison import ComparisonDocument
from reports.figures import canvas
from reports.figures.instants import Times
from reports.figures.series import Floats, Series, coarsen

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap, LogNorm
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage

_PALEST = 0.4  # of 0 to 1


def draw(comparison: ComparisonDocument, all_series: Sequence[Series], times: Times) -> Figure:
    """A heat map per strategy on shared axes and one colour scale."""
    from matplotlib.ticker import FuncFormatter

    column_s = max(one.column_s for one in all_series)
    title = f"{comparison['scenario']}: when inside each second recipients were attempted{times.said}"
    figure = canvas.sheet(title, 11, 1.2 + 1.15 * len(all_series))
    column = figure.subplots(len(all_series), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
    maps = [coarsen(one.offsets, column_s // one.column_s).mean(axis=-1) for one in all_series]
    norm = _norm(maps)
    images = [_heat(*panel, column_s, times, norm) for panel in zip(column, all_series, maps, strict=True)]
    for axes in column[:-1]:
        axes.set_xlabel("")
    figure.supylabel("offset within the second (s)", fontsize=9)
    mean = "" if column_s == 1 else f", mean over {column_s} s"
    bar = figure.colorbar(images[0], ax=list(column), pad=0.01, aspect=40, label=f"recipients in 20 ms{mean}")
    bar.ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
    return figure


def _norm(maps: Sequence[Floats]) -> LogNorm:
    from matplotlib.colors import LogNorm

    highest = max((float(heat.max(initial=0)) for heat in maps), default=0.0)
    lowest = min((float(heat[heat > 0].min(initial=np.inf)) for heat in maps), default=np.inf)
    return LogNorm(min(lowest, 1.0), max(highest, min(lowest, 1.0) * 10))


def colors() -> Colormap:
    """Without the palest part of the map: a single recipient must be seen on white paper."""
    from matplotlib import colormaps
    from matplotlib.colors import ListedColormap

    return ListedColormap(colormaps["cividis_r"](np.linspace(_PALEST, 1.0, 256)))


def _heat(axes: Axes, one: Series, heat: Floats, column_s: int, times: Times, norm: LogNorm) -> AxesImage:
    scale = canvas.time_axis(axes, times)
    left, right = axes.get_xlim()
    extent = (times.start_s / scale, (times.start_s + heat.shape[1] * column_s) / scale, 0.0, 1.0)
    image = axes.imshow(
        np.ma.masked_equal(heat, 0.0),
        origin="lower",
        extent=extent,
        aspect="auto",
        interpolation="nearest",
        cmap=colors(),
        norm=norm,
    )
    axes.set_xlim(left, right)
    axes.set_ylim(0, 1)
    axes.set_yticks([0, 0.5, 1], ["0", "0.5", "1"])
    axes.set_title(one.strategy if heat.any() else f"{one.strategy}: no call", fontweight="bold")
    return image
