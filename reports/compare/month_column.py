"""A column for what a month costs, where one was billed."""

from __future__ import annotations

from collections.abc import Sequence

from reports.columns import Column
from scenarios.entry import StrategyEntry


def of_month(entries: Sequence[StrategyEntry], falls: int) -> dict[str, Column]:
    """The column by its figure, or none."""
    return {"month.total_usd": Column("$ per\nmonth", falls=falls)} if _is_billed(entries) else {}


def month_cells(entries: Sequence[StrategyEntry]) -> list[list[str]]:
    """The cell of each entry, or none."""
    return [[_shown(entry)] if _is_billed(entries) else [] for entry in entries]


def _is_billed(entries: Sequence[StrategyEntry]) -> bool:
    return any("month" in entry for entry in entries)


def _shown(entry: StrategyEntry) -> str:
    return f"{entry['month']['total_usd']:,.2f}" if "month" in entry else "-"
