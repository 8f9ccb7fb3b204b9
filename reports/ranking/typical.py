"""A figure as one run has it, or as the median of several does."""

from __future__ import annotations

from scenarios.entry import StrategyEntry
from scenarios.figures import by_its_word, figures_of


def typical(entry: StrategyEntry, figure: str) -> float | None:
    """The median over seeds, of which alone an interval can be told whatever the distribution; else the figure."""
    name = by_its_word(figure, entry)
    return entry.get("medians", {}).get(name, figures_of(entry).get(name))
