"""What SES accepted over time, and what of it is in the inbox: the gap is what waits at mailbox providers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from reports.documents.comparison import ComparisonDocument
from reports.figures import canvas, palette
from reports.figures.inboxes import Inboxes
from reports.figures.instants import Times
from reports.figures.palette import look
from reports.figures.series import Series
from reports.figures.stretch import SHORT, Stretch
from scenarios.schema.clock import Clock
from strategies.presentation.words import count

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

GONE = "bounced, suppressed or given up"
_GONE = palette.UNSENT["failed"]
_BESIDE = 2  # panels in a row
_ROOM = 0.05  # of the axis beside what it is about
_ABOVE = 1.18  # times the highest curve


class Mark(NamedTuple):
    """An instant at which AWS judged the account."""

    at_s: float
    name: str


def times_of_inboxes(all_series: Sequence[Series], clock: Clock | None) -> Times:
    """From the first acceptance until nearly all that will be is in the inbox; less where mail waits but shortly."""
    known = [one.inboxes for one in all_series if one.inboxes]
    whole = _around([Stretch(float(one.at_s[0]), one.end_s) for one in known])
    busy = _around([one.busy for one in known])
    is_short = busy.end_s - busy.start_s <= SHORT * (whole.end_s - whole.start_s)
    return Times(*busy, clock, whole.end_s) if is_short else Times(*whole, clock)


def _around(every: Sequence[Stretch]) -> Stretch:
    """All of these, with some room on either side, from a whole second on."""
    start_s, end_s = min(one.start_s for one in every), max(one.end_s for one in every)
    room_s = _ROOM * (end_s - start_s)
    return Stretch(max(0.0, float(np.floor(start_s - room_s))), end_s + room_s)


def marks_of(one: Inboxes) -> Iterator[Mark]:
    """In the order of time."""
    if one.reviewed_s is not None:
        yield Mark(one.reviewed_s, "under review")
    if one.paused_s is not None:
        yield Mark(one.paused_s, "paused")


def said_of(one: Inboxes | None) -> str:
    """What it came to."""
    if one is None:
        return "nothing accepted"
    return f"{count(one.delivered[-1])} of {count(one.accepted[-1])} in the inbox"


def top_of(all_series: Sequence[Series]) -> float:
    """Of the axis, with room for what is written above the curves."""
    return _ABOVE * max(float(one.inboxes.accepted[-1]) for one in all_series if one.inboxes)


def draw(comparison: ComparisonDocument, all_series: Sequence[Series], times: Times) -> Figure:
    """A panel for each contender, on common axes."""
    columns = min(_BESIDE, len(all_series))
    rows = -(-len(all_series) // columns)
    title = f"{comparison['scenario']}: recipients whose mail SES has accepted, and in whose inbox it is{times.said}"
    figure = canvas.sheet(title, 10, 1.3 + 1.9 * rows)
    grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    for axes, one in zip(grid.flat, all_series, strict=False):
        _panel(axes, comparison, one, times)
    for axes in grid.flat[len(all_series) :]:
        axes.set_visible(False)
    for axes in grid.flat[: len(all_series) - columns]:
        axes.set_xlabel("")
    grid[0, 0].set_ylim(0, top_of(all_series))
    _legend(figure)
    return figure


def _panel(axes: Axes, comparison: ComparisonDocument, one: Series, times: Times) -> None:
    scale = canvas.time_axis(axes, times)
    axes.set_title(one.strategy, fontweight="bold")
    axes.set_title(said_of(one.inboxes), loc="right")
    axes.set_ylabel("recipients", fontsize=8)
    canvas.shade_faults(axes, comparison["faults"], scale)
    if one.inboxes is None:
        canvas.say(axes, "nothing accepted")
        return
    _areas(axes, one.strategy, one.inboxes, times)
    for mark in marks_of(one.inboxes):
        _mark(axes, mark, scale)


def _areas(axes: Axes, strategy: str, one: Inboxes, times: Times) -> None:
    """From below: in the inbox, never there, on its way; each in its own pattern."""
    mine, beyond_s = look(strategy), max(times.end_s * 1.05, float(one.at_s[-1]))
    at = np.append(one.at_s, beyond_s) / times.scale
    there, ended, accepted = (
        np.append(level, level[-1]) for level in (one.delivered, one.delivered + one.gone, one.accepted)
    )
    axes.fill_between(at, ended, accepted, color=mine.color, alpha=0.2, linewidth=0)
    axes.fill_between(at, 0, there, color=mine.color, alpha=0.6, linewidth=0)
    axes.fill_between(at, there, ended, facecolor="none", edgecolor=_GONE[1], hatch=_GONE[2], linewidth=0)
    for level in (there, accepted):
        axes.plot(at, level, color=mine.color, linewidth=1.1)


def _mark(axes: Axes, mark: Mark, scale: float) -> None:
    """Named above the curves, to the left of its line where the panel ends soon."""
    at = mark.at_s / scale
    left, right = axes.get_xlim()
    if not left <= at <= right:
        return
    axes.axvline(at, color=palette.INK, linewidth=1.0, linestyle=(0, (2, 2)))
    where, offset, side = ("data", "axes fraction"), 3, "left"
    if at > left + 0.8 * (right - left):
        offset, side = -3, "right"
    axes.annotate(
        mark.name, (at, 1.0), (offset, -2), where, "offset points", ha=side, va="top", fontsize=8, color=palette.INK
    )


def _legend(figure: Figure) -> None:
    from matplotlib.patches import Patch

    handles = [
        Patch(facecolor=palette.FAINT, alpha=0.6, label="in the inbox"),
        Patch(facecolor="none", edgecolor=_GONE[1], hatch=_GONE[2], linewidth=0, label=GONE),
        Patch(facecolor=palette.FAINT, alpha=0.2, label="accepted, on its way"),
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=3)
