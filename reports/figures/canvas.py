"""Paper for the figures: size, type, units, deterministic files. Imports matplotlib only when drawing."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reports.documents.comparison import AccountTable, ComparisonDocument, FaultTable
from reports.figures import palette
from reports.figures.instants import HOUR_S, Times, marks
from reports.figures.palette import look
from scenarios.system.whole_files import replaced

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D
    from numpy.typing import ArrayLike

ADVICE = "figures need a folder that can be written to"

MOST_MARKS = 10  # on a clock's axis: each takes the room of five letters

WIDE = 100.0
"""A ratio of the largest to the smallest latency that only a logarithmic axis can show."""

_STYLE: Any = {
    "axes.edgecolor": palette.FAINT,
    "axes.labelcolor": palette.INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 9.5,
    "axes.formatter.useoffset": False,
    "figure.dpi": 110,
    "figure.titlesize": 11.5,
    "font.size": 9,
    "hatch.linewidth": 0.6,
    "legend.frameon": False,
    "savefig.dpi": 110,
    "svg.fonttype": "none",  # text stays text: searchable, and read aloud
    "svg.hashsalt": "seslab",  # element ids would otherwise be random
    "text.color": palette.INK,
    "text.parse_math": False,  # a dollar sign is a dollar
    "xtick.color": palette.INK,
    "ytick.color": palette.INK,
}


def style() -> AbstractContextManager[None]:
    """The house style, while a figure is made and saved."""
    import matplotlib as mpl

    return mpl.rc_context(_STYLE)


def sheet(title: str, width_in: float, height_in: float) -> Figure:
    """An empty figure whose title says what it shows."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width_in, height_in), layout="constrained")
    figure.suptitle(title, x=0.01, ha="left")
    return figure


def beside(handles: Sequence[Line2D], least_in: float) -> float:
    """The height in inches of a figure beside which this legend stands, however many contenders there are."""
    lines = sum(1 + str(handle.get_label()).count("\n") for handle in handles)
    return max(least_in, 0.8 + 0.15 * lines + 0.115 * len(handles))


def save(figure: Figure, directory: Path, name: str) -> list[Path]:
    """Writes NAME.svg and NAME.png, the same bytes for the same figure. Raises as `replaced` does."""
    svg, png = directory / f"{name}.svg", directory / f"{name}.png"
    layout = figure.get_layout_engine()
    if layout is not None:  # laid out once: with an engine, matplotlib would draw it twice for each file
        layout.execute(figure)
        figure.set_layout_engine(None)
    for path, metadata in ((svg, {"Date": None, "Creator": None}), (png, {"Software": None})):
        with replaced(path, ADVICE) as unfinished:
            figure.savefig(unfinished, format=path.suffix[1:], metadata=metadata)
    return [svg, png]


def time_axis(axes: Axes, times: Times) -> float:
    """Labels and limits the time axis; returns the seconds in its unit."""
    from matplotlib.ticker import MaxNLocator

    scale = times.scale
    end_s = max(times.end_s, times.start_s + 1.0)
    if times.clock is not None:
        round_ones = marks(times.clock, times.start_s, end_s, MOST_MARKS)
        axes.set_xticks([one.at_s for one in round_ones], [one.said for one in round_ones])
    elif scale == HOUR_S:
        axes.xaxis.set_major_locator(MaxNLocator(12, steps=[1, 2, 3, 6, 10]))
    axes.set_xlim(times.start_s / scale, (end_s + 0.02 * (end_s - times.start_s)) / scale)
    axes.set_xlabel(times.label)
    return scale


def shade_faults(axes: Axes, faults: Sequence[FaultTable], scale: float) -> None:
    """Greys the faults' intervals and names them."""
    for fault in faults:
        start, stop = fault["start_s"] / scale, (fault["start_s"] + fault["duration_s"]) / scale
        left, right = axes.get_xlim()
        if start <= right and stop >= left:
            axes.axvspan(max(start, left), min(stop, right), color=palette.FAULT, zorder=0, linewidth=0)


def name_faults(axes: Axes, faults: Sequence[FaultTable], scale: float) -> None:
    """Writes each fault's kind at the top of its interval."""
    for fault in faults:
        left, right = axes.get_xlim()
        if left <= fault["start_s"] / scale <= right:
            at = (fault["start_s"] / scale, 1.0)
            where = ("data", "axes fraction")
            kind = fault["kind"].replace("_", " ")
            axes.annotate(kind, at, (2, -2), where, "offset points", va="top", color=palette.FAINT, fontsize=8)


def limit_of(comparison: ComparisonDocument) -> str:
    """What the line of the limit is called: where accounts share none, no one of them may send so fast."""
    return "sum of all limits" if is_sliced(comparison) else "limit"


def is_sliced(comparison: ComparisonDocument) -> bool:
    """Whether accounts share nothing, so that the limit of the picture is a sum, which none of them has."""
    return any(not one["pooled"] for one in comparison.get("accounts", ()))


def limit_steps(account: AccountTable, end_s: float) -> tuple[list[float], list[float]]:
    """Instants and the account's limit from each on, in recipients a second, to the end of the picture."""
    at_s, limit = zip(*account["rate_steps"], strict=True)
    return [*at_s, max(end_s * 1.02, 1.02, at_s[-1])], [*limit, limit[-1]]


def key(strategy: str) -> Line2D:
    """A strategy's entry in a legend."""
    from matplotlib.lines import Line2D

    mine = look(strategy)
    return Line2D([], [], color=mine.color, linestyle=mine.linestyle, marker=mine.marker, markersize=5, label=strategy)


def marked_line(
    axes: Axes, strategy: str, x: ArrayLike, y: ArrayLike, markevery: tuple[int, int], label: str | None = None
) -> None:
    """A curve as the strategy looks, with its marker on the first of these points and every so many after it."""
    mine = look(strategy)
    axes.plot(
        x,
        y,
        color=mine.color,
        linestyle=mine.linestyle,
        linewidth=1.5,
        marker=mine.marker,
        markevery=markevery,
        markersize=5,
        label=label,
    )


def say(axes: Axes, text: str) -> None:
    """A sentence in the middle of an empty panel."""
    axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center", color=palette.FAINT)
