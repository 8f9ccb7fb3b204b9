"""A figure as one run has it, or as the median of several does."""

from __future__ import annotations

from scenarios.entry import StrategyEntry
from scenarios.figures import figures_of


def typical(entry: StrategyEntry, figure: str) -> float | None:
    """The median over seeds, of which alone an interval can be told whatever the distribution; else the figure."""
    return entry.get("medians", {}).get(figure, figures_of(entry).get(figure))
