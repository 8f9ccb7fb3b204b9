"""How long recipients waited: the share that waited longer, with the tail in full."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

from numpy.typing import NDArray

from reports.documents.comparison import ComparisonDocument
from reports.figures import canvas, palette
from reports.figures.palette import look
from reports.figures.series import TAIL, Floats, Series

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMNS = 2
_MARKED = {"p50": 0.5, "p95": 0.05, "p99": 0.01}


class Waits(Protocol):
    """Latencies, of all mail or of a kind, and the share of its accepted recipients that waited longer."""

    @property
    def latency_s(self) -> Floats: ...
    @property
    def still_waiting(self) -> Floats: ...


class Curve(NamedTuple):
    """Whose they are."""

    strategy: str
    waits: Waits


def draw(comparison: ComparisonDocument, all_series: Sequence[Series]) -> Figure:
    """All strategies in one panel on a log share down to 0.1 %, or in one for each kind of mail."""
    title = f"{comparison['scenario']}: share of accepted recipients whose latency was longer"
    handles = [canvas.key(one.strategy) for one in all_series if len(one.latency_s)]
    panels = curves_by_kind(all_series)
    rows = -(-len(panels) // COLUMNS)
    figure = canvas.sheet(title, 10, canvas.beside(handles, 5 if len(panels) == 1 else 0.8 + 3.0 * rows))
    grid = figure.subplots(rows, min(len(panels), COLUMNS), sharex=True, sharey=True, squeeze=False)
    spare = list(grid.flat)[len(panels) :]
    shown = [curve.waits for curves in panels.values() for curve in curves]
    for axes, (kind, curves) in zip(grid.flat, panels.items(), strict=False):
        for curve in curves:
            _curve(axes, curve)
        _axes(axes, shown)
        if not curves:
            canvas.say(axes, "nothing accepted")
        axes.set_title(kind, fontweight="bold")
    for axes in spare:
        axes.set_axis_off()
    _label(grid)
    missing = ", ".join(one.strategy for one in all_series if not len(one.latency_s))
    nothing = f"nothing accepted:\n{missing}" if missing and handles else None
    figure.legend(handles=handles, loc="outside right center", title=nothing)
    return figure


def curves_by_kind(all_series: Sequence[Series]) -> dict[str, list[Curve]]:
    """The curves of those of which anything was accepted; under no name where kinds are not told apart."""
    kinds = [part.name for part in all_series[0].parts]
    panels: dict[str, list[Curve]] = {kind: [] for kind in kinds or [""]}
    for one in all_series:
        of_kinds: Sequence[Waits] = one.parts or [one]
        for kind, waits in zip(panels, of_kinds, strict=True):
            if len(waits.latency_s):
                panels[kind].append(Curve(one.strategy, waits))
    return panels


def _curve(axes: Axes, curve: Curve) -> None:
    mine, waits = look(curve.strategy), curve.waits
    axes.step(
        [0.0, *waits.latency_s],
        [1.0, *waits.still_waiting],
        where="post",
        color=mine.color,
        linestyle=mine.linestyle,
        linewidth=1.5,
    )
    marks = [waits.latency_s[waits.still_waiting <= share + 1e-12][0] for share in _MARKED.values()]
    axes.plot(marks, list(_MARKED.values()), linestyle="", color=mine.color, marker=mine.marker, markersize=6)


def _label(grid: NDArray[Any]) -> None:
    for axes in grid[:, 0]:
        axes.set_ylabel("share of accepted recipients waiting longer" if len(grid) == 1 else "share waiting longer")
    for axes in grid[-1]:
        axes.set_xlabel("latency from the intended instant to acceptance (s)")


def _axes(axes: Axes, shown: Sequence[Waits]) -> None:
    from matplotlib.ticker import FuncFormatter, NullLocator

    axes.set_yscale("log")
    axes.set_ylim(TAIL, 1.15)
    axes.set_yticks([1, 0.1, 0.01, 0.001], ["100 %", "10 %", "1 %", "0.1 %"])
    axes.yaxis.set_minor_locator(NullLocator())
    _latency_axis(axes, shown)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,.10g}"))
    for name, share in _MARKED.items():
        axes.axhline(share, color=palette.FAINT, linewidth=0.6, zorder=0)
        at = ("axes fraction", "data")
        axes.annotate(name, (1.0, share), (3, 0), at, "offset points", va="center", color=palette.FAINT)


def _latency_axis(axes: Axes, shown: Sequence[Waits]) -> None:
    scale, low, high = extent(shown)
    axes.set_xscale(scale)
    axes.set_xlim(low, high)


def extent(shown: Sequence[Waits]) -> tuple[Literal["linear", "log"], float, float]:
    """The latencies' axis: its scale and its ends in seconds."""
    medians = [float(one.latency_s[one.still_waiting <= 0.5][0]) for one in shown]
    longest = max((float(one.latency_s[-1]) for one in shown), default=1.0)
    if medians and longest > canvas.WIDE * max(min(medians), 1e-3):
        return "log", max(min(medians) / 10, 1e-3), longest * 1.3
    return "linear", 0.0, (longest or 1.0) * 1.06
