"""What became of all recipients: bars that sum to 100 %."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reports.documents.comparison import ComparisonDocument
from reports.figures import canvas, palette
from reports.figures.palette import look
from scenarios.entries.counts import RecipientCounts
from scenarios.entry import StrategyEntry
from scenarios.ledger.ledger import Fate
from strategies.presentation.words import count

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ROOM = 0.07  # share of a bar that holds a number


def draw(comparison: ComparisonDocument, entries: Sequence[StrategyEntry]) -> Figure:
    """A bar per strategy, its accepted part in the strategy's colour and hatch."""
    submitted = max(entry["recipients"]["submitted"] for entry in entries)
    title = f"{comparison['scenario']}: what became of the {count(submitted)} recipients"
    figure = canvas.sheet(title, 10, 1.5 + 0.5 * len(entries))
    axes = figure.subplots()
    for row, entry in enumerate(entries):
        _bar(axes, row, entry)
    axes.set_yticks(range(len(entries)), [entry["strategy"] for entry in entries])
    axes.set_ylim(len(entries) - 0.4, -0.6)
    axes.set_xlim(0, 100)
    axes.set_xlabel("share of submitted recipients (%)")
    axes.tick_params(axis="y", length=0)
    _legend(figure)
    return figure


def _bar(axes: Axes, row: int, entry: StrategyEntry) -> None:
    recipients, left = entry["recipients"], 0.0
    for fate in palette.FATES:
        share = recipients[fate] / (recipients["submitted"] or 1)
        if share:
            _segment(axes, row, left, share, entry["strategy"], fate, count(recipients[fate]))
        left += share
    axes.annotate(
        _aside(recipients), (1.0, row), (6, 0), ("axes fraction", "data"), "offset points", va="center", fontsize=8
    )


def _segment(axes: Axes, row: int, left: float, share: float, strategy: str, fate: Fate, number: str) -> None:
    fill, hatch = palette.FATES[fate]
    mine = look(strategy)
    axes.barh(
        row,
        100 * share,
        left=100 * left,
        height=0.62,
        facecolor=fill or mine.color,
        hatch=hatch or (mine.hatch if fate == "accepted" else ""),
        edgecolor="#FFFFFF" if fate in ("accepted", "lost") else palette.INK,
        linewidth=0.5,
    )
    if share >= _ROOM:
        axes.text(
            100 * (left + share / 2),
            row,
            number,
            ha="center",
            va="center",
            fontsize=8.5,
            bbox={"boxstyle": "round,pad=0.2", "facecolor": "#FFFFFF", "edgecolor": "none"},
        )


def _aside(recipients: RecipientCounts) -> str:
    """What is too thin to be read off the bar."""
    words: dict[Fate, str] = {
        "accepted": "accepted",
        "pending": "pending",
        "dead_lettered": "dead-lettered",
        "lost": "lost",
    }
    thin = [
        f"{count(recipients[fate])} {word}"
        for fate, word in words.items()
        if 0 < recipients[fate] < _ROOM * recipients["submitted"]
    ]
    thin += [f"{count(recipients['duplicated'])} duplicates"] if recipients["duplicated"] else []
    return "\n".join(thin) or "nothing lost" * (recipients["accepted"] == recipients["submitted"])


def _legend(figure: Figure) -> None:
    from matplotlib.patches import Patch

    handles = [Patch(facecolor=palette.FAINT, label="accepted (in the strategy's colour)")]
    handles += [
        Patch(facecolor=fill, hatch=hatch, edgecolor=palette.INK, label=fate.replace("_", "-"), linewidth=0.5)
        for fate, (fill, hatch) in palette.FATES.items()
        if fill
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=4)
