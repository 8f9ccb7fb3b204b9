"""What AWS made of each contender's account, or accounts and tenants: a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reports.columns import Block, Column, Row, Sheet
from reports.inboxes.pauses import has_several, paused_s_of
from reports.inboxes.shares import rate
from reports.words import seconds
from scenarios.entry import CallCounts, ReputationFigures, StrategyEntry
from strategies.presentation.words import count

_COLUMNS = (
    Column("contender"),
    Column("bounc-\ned, at most", note="hard bounces: review from 5 % on, pause from 10 % on"),
    Column("reported as\nspam, at most", note="complaints that SES hears of: from 0.1 %, and 0.5 %"),
    Column("under review\nafter", "s"),
    Column("paused\nafter", "s"),
    Column("calls refused\nby a paused account"),
)


def reputations(entries: Sequence[StrategyEntry]) -> Sheet:
    """A row for each contender; where AWS judges several, below its name one for each account and tenant."""
    if any(map(has_several, entries)):
        whom = (Column("whom"), *_COLUMNS[1:-1], Column("calls refused\nby a pause"))
        blocks = [Block(list(_rows(entry)), entry["strategy"]) for entry in entries]
        return Sheet("what AWS made of each account and tenant", whom, blocks)
    rows = [_row(entry["strategy"], entry, "", entry.get("reputation"), entry["calls"]) for entry in entries]
    return Sheet("what AWS made of the account", _COLUMNS, [Block(rows)])


def _rows(entry: StrategyEntry) -> Iterator[Row]:
    """Accounts together with their tenants, and tenants."""
    for account in entry.get("accounts", ()):
        name = account["account"]
        yield _row(f"account {name}", entry, f"accounts.{name}.", account.get("reputation"), account["calls"])
    if "accounts" not in entry:
        yield _row("the account", entry, "", entry.get("reputation"), entry["calls"])
    for tenant in entry.get("tenants", ()):
        name = tenant["tenant"]
        yield _row(f"tenant {name}", entry, f"tenants.{name}.", tenant.get("reputation"), tenant["calls"])


def _row(name: str, entry: StrategyEntry, whose: str, told: ReputationFigures | None, calls: CallCounts) -> Row:
    refused = count(calls.get("paused", 0))
    if told is None:
        return [name, "-", "-", "-", "-", refused]
    rates = [rate(told["bounce_rate"]), rate(told["complaint_rate"])]
    return [name, *rates, seconds(told["reviewed_s"]), seconds(paused_s_of(entry, whose)), refused]
