"""What SES accepted, refused and failed each second, and the fullest second, against the limit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from reports.documents.comparison import ComparisonDocument
from reports.figures import canvas, palette
from reports.figures.instants import Times
from reports.figures.palette import look
from reports.figures.series import Floats, Series, coarsen
from strategies.presentation.words import count

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


_DASHED = (0, (6, 3))


def draw(comparison: ComparisonDocument, all_series: Sequence[Series], times: Times) -> Figure:
    """A row per strategy on common axes: the rate at the left, the one-second sliding maximum at the right."""
    bin_s = max(one.bin_s for one in all_series)
    figure = canvas.sheet(_title(comparison) + times.said, 11, 1.2 + 1.55 * len(all_series))
    grid = figure.subplots(len(all_series), 2, sharex=True, sharey=True, squeeze=False)
    fullest = max(float(one.peak_1s.max()) for one in all_series)
    highest = max(top(all_series, bin_s, most_limit(comparison)), 1.15 * fullest)
    for (left, right), one in zip(grid, all_series, strict=True):
        _rates(left, one, bin_s, times, highest)
        _peaks(right, one, bin_s, times)
    for axes in grid.flat:
        _limit(axes, comparison, times)
    grid[0, 0].set_ylim(0, highest)
    for axes in grid[:-1].flat:
        axes.set_xlabel("")
    unsent = [kind for kind in palette.UNSENT if any(getattr(one, kind).any() for one in all_series)]
    _legend(figure, comparison, unsent)
    return figure


def _title(comparison: ComparisonDocument) -> str:
    limit = comparison["account"]["max_send_rate_per_s"]
    against = "the sum of all limits," if canvas.is_sliced(comparison) else "the limit of"
    return f"{comparison['scenario']}: what SES accepted or not, against {against} {limit:g} recipients/s"


def _rates(axes: Axes, one: Series, bin_s: int, times: Times, highest: float) -> None:
    scale = canvas.time_axis(axes, times)
    mine = look(one.strategy)
    accepted: Floats = means(one, one.accepted, bin_s)
    edges = edges_s(one, len(accepted), bin_s) / scale
    axes.stairs(accepted, edges, fill=True, facecolor=mine.color, alpha=0.45, linewidth=0)
    axes.stairs(accepted, edges, color=mine.color, linewidth=1.1)
    _unsent(axes, one, bin_s, edges, highest)
    axes.set_title(one.strategy, fontweight="bold")
    axes.set_ylabel("recipients/s" if bin_s == 1 else f"recipients/s\n(means of {bin_s} s)", fontsize=8)
    if not accepted.any():
        canvas.say(axes, "nothing accepted")


def _unsent(axes: Axes, one: Series, bin_s: int, edges: Floats, highest: float) -> None:
    """Hatched, on top of what was accepted; what is higher than the picture is written above it."""
    cut = []
    below: Floats = means(one, one.accepted, bin_s)
    for kind, (_, color, hatch) in palette.UNSENT.items():
        rate: Floats = means(one, getattr(one, kind), bin_s)
        if not rate.any():
            continue
        level: Floats = below + rate
        axes.stairs(
            level, edges, baseline=below, fill=True, facecolor="none", edgecolor=color, hatch=hatch, linewidth=0
        )
        is_unseen = (level > highest) | (rate == 0)  # no lone verticals where a bar leaves the picture
        seen = np.where(is_unseen, np.nan, level)
        axes.stairs(seen, edges, baseline=None, color=color, linewidth=0.8)
        if level.max() > highest:
            cut.append(f"{kind}: up to {count(round(rate.max()))}/s")
        below = level
    if cut:
        axes.set_title(f"{', '.join(cut)}, off the scale", loc="right", fontsize=8)


def top(all_series: Sequence[Series], bin_s: int, limit: float) -> float:
    """A few refused bursts would flatten everything else: rates are cut at some twice the limit."""
    accepted = max(float(means(one, one.accepted, bin_s).max()) for one in all_series)
    asked = max(float(means(one, one.accepted + one.refused + one.failed, bin_s).max()) for one in all_series)
    return 1.25 * max(limit, accepted, min(2 * limit, asked))


def _peaks(axes: Axes, one: Series, bin_s: int, times: Times) -> None:
    from matplotlib.ticker import MaxNLocator

    scale = canvas.time_axis(axes, times)
    peaks = coarsen(one.peak_1s, bin_s // one.bin_s).max(axis=-1)
    edges = edges_s(one, len(peaks), bin_s) / scale
    axes.stairs(peaks, edges, color=look(one.strategy).color, linewidth=1.1)
    axes.set_title(f"at most {count(peaks.max(initial=0))} admitted within one second")
    axes.set_ylabel("recipients\nwithin 1 s", fontsize=8)
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))


def _limit(axes: Axes, comparison: ComparisonDocument, times: Times) -> None:
    at_s, limit = canvas.limit_steps(comparison["account"], times.end_s)
    scale = times.scale
    axes.step(np.array(at_s) / scale, limit, where="post", color=palette.INK, linewidth=0.8, linestyle=_DASHED)
    canvas.shade_faults(axes, comparison["faults"], scale)


def most_limit(comparison: ComparisonDocument) -> float:
    """The highest rate that the account ever has, in recipients a second."""
    return max(canvas.limit_steps(comparison["account"], 0.0)[1])


def edges_s(one: Series, bins: int, bin_s: int) -> Floats:
    """Where so many bins begin, and where the last one ends."""
    edges: Floats = one.start_s + np.arange(bins + 1, dtype=np.float64) * bin_s
    return edges


def means(one: Series, rate: Floats, bin_s: int) -> Floats:
    """One of its rates in bins of another width, a multiple of its own."""
    means: Floats = coarsen(rate, bin_s // one.bin_s).mean(axis=-1)
    return means


def _legend(figure: Figure, comparison: ComparisonDocument, unsent: Sequence[str]) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    accepted = "accepted (in the strategy's colour)"
    handles = [Patch(facecolor=palette.FAINT, alpha=0.5, edgecolor=palette.FAINT, label=accepted)]
    for label, color, hatch in map(palette.UNSENT.__getitem__, unsent):
        handles.append(Patch(facecolor="none", edgecolor=color, hatch=hatch, linewidth=0.8, label=label))
    handles += [Patch(facecolor=palette.FAULT, label="fault")] if comparison["faults"] else []
    limit = Line2D([], [], color=palette.INK, linewidth=0.8, linestyle=_DASHED, label=canvas.limit_of(comparison))
    figure.legend(handles=[*handles, limit], loc="outside lower center", ncols=5)
