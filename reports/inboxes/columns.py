"""Columns for what became of accepted mail, where a scenario says what becomes of it."""

from __future__ import annotations

from collections.abc import Sequence

from reports.columns import Column
from reports.documents.comparison import ComparisonDocument
from reports.inboxes.pauses import paused_s_of
from reports.inboxes.shares import in_time
from reports.words import rounded_duration, seconds
from scenarios.entry import StrategyEntry
from strategies.presentation.words import count

FROM = "in seconds from the intended instant to the inbox"
PAUSED = "when AWS paused the account, or might have"


def of_inboxes(comparison: ComparisonDocument, falls: int) -> dict[str, Column]:
    """The columns by their figures, or none; on a narrow terminal those that say least fall away first."""
    if "delivery" not in comparison:
        return {}
    soon = f"in inbox\nin {rounded_duration(comparison['delivery']['deadline_s'])}"
    paused = {"reputation.paused_s": Column("paused\nafter", "s", falls=falls + 2, note=PAUSED)}
    return {
        "delivery.within_deadline": Column(soon, falls=falls + 3),
        "delivery.bounced": Column("bounc-\ned", falls=falls + 1),
        "inbox_s.p99": Column("inbox\np99", "s", falls=falls, note=FROM),
        **(paused if _is_any_paused(comparison["strategies"]) else {}),
    }


def inbox_cells(entry: StrategyEntry, comparison: ComparisonDocument) -> list[str]:
    """The entry's cells under these columns."""
    if "delivery" not in comparison:
        return []
    paused = [seconds(paused_s_of(entry))] if _is_any_paused(comparison["strategies"]) else []
    if "delivery" not in entry or "inbox_s" not in entry:
        return ["-", "-", "-", *paused]
    delivery = entry["delivery"]
    return [in_time(delivery), count(delivery["bounced"]), seconds(entry["inbox_s"]["p99"]), *paused]


def _is_any_paused(entries: Sequence[StrategyEntry]) -> bool:
    return any(paused_s_of(entry) is not None for entry in entries)
