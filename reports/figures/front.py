"""Candidates by two figures of which less is better, and the front of those that nobody beats in both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from reports.documents.advice import AdviceCandidate, AdviceDocument, AdviceFigures
from reports.figures import canvas, palette
from reports.figures.palette import look
from reports.units import unit_of
from scenarios.formats.quoted import printable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D


PALE = 0.4
"""How opaque a candidate is that has not met all limiters yet."""

MIDDLE, NEAR, MOST_NAMES = 0.6, (0.1, 0.05), 3
"""On which side of it a name goes, within what shares of the axes two points have one, and how many it may be."""

Point = tuple[AdviceCandidate, AdviceFigures]
"""A candidate, and the figures by which it is placed."""


class Panel(NamedTuple):
    """Candidates whose figures are of the same campaigns, and of which."""

    title: str
    points: Sequence[Point]


def draw(advice: AdviceDocument, panels: Sequence[Panel]) -> Figure:
    """One below the other; a marker for each that has both figures, hollow where a threshold failed."""
    placed = [Panel(one.title, [*filter(_has_both, one.points)]) for one in panels]
    handles = _keys([point for one in placed for point in one.points])
    title = f"{printable(advice['scenario'])}: what is left to choose; towards the lower left is better"
    figure = canvas.sheet(title, 10, canvas.beside(handles, 1.0 + 3.6 * len(placed)))
    for axes, one in zip(figure.subplots(len(placed), squeeze=False)[:, 0], placed, strict=True):
        _panel(axes, advice, one)
    figure.legend(handles=handles, loc="outside right center", labelspacing=0.9)
    return figure


def _panel(axes: Axes, advice: AdviceDocument, panel: Panel) -> None:
    axes.set_title(panel.title)
    _front(axes, panel.points)
    for point in panel.points:
        _point(axes, point, point[0]["name"] == advice["choice"])
    _axes(axes, advice, panel.points)
    _names(axes, panel.points)
    if not panel.points:
        canvas.say(axes, "no candidate has both figures")


def _has_both(point: Point) -> bool:
    return None not in (point[1]["value"], point[1]["beside"])


def _place(point: Point) -> tuple[float, float]:
    _, met = point
    assert met["value"] is not None
    assert met["beside"] is not None
    return met["value"], met["beside"]


def _front(axes: Axes, points: Sequence[Point]) -> None:
    """In steps: between two candidates of it nobody knows of one that is better than both."""
    places = sorted(_place(point) for point in points if point[1]["is_on_front"])
    if places:
        axes.step(*zip(*places, strict=True), where="post", color=palette.FAINT, linewidth=1, zorder=1)


def _point(axes: Axes, point: Point, is_choice: bool) -> None:
    one, place = point[0], _place(point)
    mine = look(_strategy(one))
    face, edge, width = (mine.color, palette.INK, 0.5) if one["failure"] is None else ("none", mine.color, 1.6)
    axes.scatter(
        *place,
        s=70,
        marker=mine.marker,
        facecolor=face,
        edgecolor=edge,
        linewidth=width,
        alpha=PALE if _is_partial(point) else 1,
        clip_on=False,
        zorder=3,
    )
    if is_choice:
        axes.scatter(*place, s=260, facecolor="none", edgecolor=palette.INK, linewidth=1, zorder=2)


def _is_partial(point: Point) -> bool:
    return "limiters" in point[1]


def _strategy(one: AdviceCandidate) -> str:
    return one.get("variant_of", one["contender"])


def _axes(axes: Axes, advice: AdviceDocument, points: Sequence[Point]) -> None:
    axes.set_xlabel(_named(advice["figure"]))
    axes.set_ylabel(_named(advice["beside"]))
    for number, scale in ((0, axes.set_xscale), (1, axes.set_yscale)):
        values = [_place(point)[number] for point in points]
        if values and min(values) > 0 and max(values) > canvas.WIDE * min(values):
            scale("log")


def _names(axes: Axes, points: Sequence[Point]) -> None:
    """Beside each point, towards the middle; of those that lie on one another in one line."""
    for at, names in _clusters(axes, points):
        is_left = at[0] < MIDDLE
        axes.annotate(
            ", ".join([*names[:MOST_NAMES], *([f"{len(names) - MOST_NAMES} more"] if names[MOST_NAMES:] else [])]),
            at,
            (11 if is_left else -11, 0),
            "axes fraction",
            "offset points",
            ha="left" if is_left else "right",
            va="center",
            fontsize=8,
            color=palette.INK,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.6},
        )


def _clusters(axes: Axes, points: Sequence[Point]) -> list[tuple[tuple[float, float], list[str]]]:
    """The names of points by where they are, as shares of the axes; those that touch the first one are with it."""
    axes.get_xlim(), axes.get_ylim()  # which settles them
    shares, found = axes.transData - axes.transAxes, list[tuple[tuple[float, float], list[str]]]()
    for point in points:
        across, up = shares.transform(_place(point))
        name = printable(point[0]["name"])
        near = (names for at, names in found if abs(at[0] - across) < NEAR[0] and abs(at[1] - up) < NEAR[1])
        if (names := next(near, None)) is None:
            found.append(((float(across), float(up)), [name]))
        else:
            names.append(name)
    return found


def _named(figure: str) -> str:
    unit = f" ({found})" if (found := unit_of(figure).strip()) else ""
    return f"{figure}{unit}\nat worst over the limiters"


def _keys(points: Sequence[Point]) -> list[Line2D]:
    """A line for each strategy, and what ring, hollow and steps mean."""
    from matplotlib.lines import Line2D

    strategies = dict.fromkeys(_strategy(one) for one, _ in points)
    signs = [
        Line2D([], [], linestyle="", marker=look(one).marker, color=look(one).color, label=printable(one))
        for one in strategies
    ]
    ring = Line2D(
        [], [], linestyle="", marker="o", markersize=13, fillstyle="none", color=palette.INK, label="the choice"
    )
    hollow = Line2D(
        [], [], linestyle="", marker="o", fillstyle="none", color=palette.FAINT, label="hollow: a threshold failed"
    )
    pale = Line2D([], [], linestyle="", marker="o", color=palette.INK, alpha=PALE, label="pale: at least this, so far")
    partial = [pale] if any(map(_is_partial, points)) else []
    return [*signs, ring, hollow, *partial, Line2D([], [], color=palette.FAINT, linewidth=1, label="the front")]
