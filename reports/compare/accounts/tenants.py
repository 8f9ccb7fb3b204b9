"""A table of a contender's tenants, where there are any."""

from __future__ import annotations

from collections.abc import Iterator

from reports.columns import Block, Column, Row, Sheet
from reports.documents.comparison import ComparisonDocument
from reports.inboxes.columns import inbox_cells_apart, of_inboxes_apart
from reports.words import seconds
from scenarios.entries.accounts import TenantEntry
from scenarios.entry import StrategyEntry
from strategies.presentation.words import count, share

_LATENCY = "latency of its own mail from the intended instant"
_COLUMNS = (
    Column("tenant"),
    Column("recip-\nients"),
    Column("accept-\ned"),
    Column("p50", "s", note=_LATENCY, falls=1),
    Column("p99", "s", note=_LATENCY),
    Column("throttled\ncalls", note="calls for its mail", falls=2),
)


def tenants_apart(comparison: ComparisonDocument, entry: StrategyEntry, title: str) -> Iterator[Sheet]:
    """A row for each tenant of a contender; nothing where there is none."""
    if tenants := entry.get("tenants"):
        columns = [*_COLUMNS, *of_inboxes_apart(comparison, falls=3)]
        rows = [[*_row(one), *inbox_cells_apart(comparison, entry, one, f"tenant {one['tenant']}")] for one in tenants]
        yield Sheet(title, columns, [Block(rows)])


def _row(one: TenantEntry) -> Row:
    recipients = one["recipients"]
    return [
        one["tenant"],
        count(recipients["submitted"]),
        share(recipients["accepted"], recipients["submitted"]) if recipients["submitted"] else "-",
        seconds(one["latency_s"]["p50"]),
        seconds(one["latency_s"]["p99"]),
        count(one["calls"]["throttled"]),
    ]
