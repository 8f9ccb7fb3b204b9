"""Candidates by two figures of which less is better, and the front of those that nobody beats in both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reports.documents.advice import AdviceCandidate, AdviceDocument
from reports.figures import canvas, palette
from reports.figures.palette import look
from reports.units import unit_of
from scenarios.formats.quoted import printable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D


def draw(advice: AdviceDocument) -> Figure:
    """A marker for each candidate that has both figures, in its strategy's look, hollow where a threshold failed."""
    placed = [one for one in advice["candidates"] if one["value"] is not None and one["beside"] is not None]
    handles = _keys(placed)
    title = f"{printable(advice['scenario'])}: what is left to choose; towards the lower left is better"
    figure = canvas.sheet(title, 10, canvas.beside(handles, 4.6))
    axes = figure.subplots()
    _front(axes, placed)
    for one in placed:
        _point(axes, one, one["name"] == advice["choice"])
    _axes(axes, advice, placed)
    if not placed:
        canvas.say(axes, "no candidate has both figures")
    figure.legend(handles=handles, loc="outside right center", labelspacing=0.9)
    return figure


def _place(one: AdviceCandidate) -> tuple[float, float]:
    assert one["value"] is not None
    assert one["beside"] is not None
    return one["value"], one["beside"]


def _front(axes: Axes, placed: Sequence[AdviceCandidate]) -> None:
    """In steps: between two candidates of it nobody knows of one that is better than both."""
    places = sorted(_place(one) for one in placed if one["is_on_front"])
    if places:
        axes.step(*zip(*places, strict=True), where="post", color=palette.FAINT, linewidth=1, zorder=1)


def _point(axes: Axes, one: AdviceCandidate, is_choice: bool) -> None:
    mine = look(_strategy(one))
    face, edge, width = (mine.color, palette.INK, 0.5) if one["failure"] is None else ("none", mine.color, 1.6)
    axes.scatter(
        *_place(one), s=70, marker=mine.marker, facecolor=face, edgecolor=edge, linewidth=width, clip_on=False, zorder=3
    )
    if is_choice:
        axes.scatter(*_place(one), s=260, facecolor="none", edgecolor=palette.INK, linewidth=1, zorder=2)


def _strategy(one: AdviceCandidate) -> str:
    return one.get("variant_of", one["contender"])


def _axes(axes: Axes, advice: AdviceDocument, placed: Sequence[AdviceCandidate]) -> None:
    axes.set_xlabel(_named(advice["figure"]))
    axes.set_ylabel(_named(advice["beside"]))
    for number, scale in ((0, axes.set_xscale), (1, axes.set_yscale)):
        values = [_place(one)[number] for one in placed]
        if values and min(values) > 0 and max(values) > canvas.WIDE * min(values):
            scale("log")


def _named(figure: str) -> str:
    unit = unit_of(figure).strip()
    return f"{figure}, at worst over the limiters" + (f" ({unit})" if unit else "")


def _keys(placed: Sequence[AdviceCandidate]) -> list[Line2D]:
    """A line for each strategy, and what ring, hollow and steps mean."""
    from matplotlib.lines import Line2D

    strategies = dict.fromkeys(map(_strategy, placed))
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
    return [*signs, ring, hollow, Line2D([], [], color=palette.FAINT, linewidth=1, label="the front")]
