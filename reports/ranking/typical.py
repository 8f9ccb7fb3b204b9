"""A figure as one run has it, or as the median of several does."""

from __future__ import annotations

from scenarios.entry import StrategyEntry
from scenarios.figures import by_its_word, figure_of


def typical(entry: StrategyEntry, figure: str) -> float | None:
    """The median over seeds, of which alone an interval can be told whatever the distribution; else the figure."""
    name = by_its_word(figure, entry)
    medians = entry.get("medians", {})
    return medians[name] if name in medians else figure_of(entry, name)
