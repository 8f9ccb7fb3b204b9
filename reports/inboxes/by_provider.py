"""What each mailbox provider made of a contender's mail: a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reports.columns import Block, Column, Row, Sheet
from reports.inboxes.columns import FROM
from reports.inboxes.shares import in_time
from reports.words import rounded_duration, seconds
from scenarios.entries.inboxes import ProviderEntry
from scenarios.entry import StrategyEntry
from strategies.presentation.words import count

_COLUMNS = (
    Column("provider"),
    Column("accept-\ned"),
    Column("in\ninbox"),
    Column("bounc-\ned"),
    Column("expir-\ned"),
    Column("pend-\ning"),
    Column("turned\naway", note="at least once", falls=3),
    Column("called\nspam", falls=1),
    Column("inbox\np50", "s", note=FROM),
    Column("inbox\np95", "s", note=FROM, falls=2),
    Column("inbox\np99", "s", note=FROM),
)


def by_provider(entries: Sequence[StrategyEntry], deadline_s: float, title: str) -> Iterator[Sheet]:
    """A row for each provider of each of these contenders; nothing where no mail was accepted."""
    blocks = [Block(_rows(entry), _heading(entry, len(entries))) for entry in entries if _has_some(entry)]
    if blocks:
        soon = Column(f"in\n{rounded_duration(deadline_s)}", note="of those whose mailbox takes mail", falls=4)
        yield Sheet(title, (*_COLUMNS, soon), blocks)


def _heading(entry: StrategyEntry, many: int) -> str:
    return entry["strategy"] if many > 1 else ""


def _has_some(entry: StrategyEntry) -> bool:
    return any(one["delivery"]["copies"] for one in entry.get("providers", ()))


def _rows(entry: StrategyEntry) -> list[Row]:
    return [_row(one) for one in entry.get("providers", ())]


def _row(one: ProviderEntry) -> Row:
    delivery, inbox_s = one["delivery"], one["inbox_s"]
    return [
        one["provider"],
        count(delivery["copies"]),
        count(delivery["delivered"]),
        count(delivery["bounced"]),
        count(delivery["expired"]),
        count(delivery["pending"]),
        count(delivery["deferred"]),
        count(delivery["complained"]),
        seconds(inbox_s["p50"]),
        seconds(inbox_s["p95"]),
        seconds(inbox_s["p99"]),
        in_time(delivery),
    ]
