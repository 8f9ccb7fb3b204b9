"""What AWS made of each contender's account, or accounts and tenants: a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reports.columns import Block, Column, Row, Sheet
from reports.inboxes.pauses import called, has_several, paused_s_by_name, paused_s_of
from reports.inboxes.shares import rate
from reports.words import seconds
from scenarios.entries.counts import CallCounts
from scenarios.entries.inboxes import AccountInboxFigures, ReputationFigures
from scenarios.entry import StrategyEntry
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
        refused = Column("calls refused\nby a pause", note="of an account with those of its tenants")
        blocks = [Block(list(_rows(entry)), entry["strategy"]) for entry in entries]
        return Sheet("what AWS made of each account and tenant", (Column("whom"), *_COLUMNS[1:-1], refused), blocks)
    rows = [_row(entry["strategy"], entry.get("reputation"), paused_s_of(entry), entry["calls"]) for entry in entries]
    return Sheet("what AWS made of the account", _COLUMNS, [Block(rows)])


def _rows(entry: StrategyEntry) -> Iterator[Row]:
    """Accounts by the mail that no tenant sends, and tenants."""
    paused_s = paused_s_by_name(entry)
    accounts = [(called(entry, one["account"]), _own(one), one["calls"]) for one in entry.get("accounts", ())]
    tenants = [(f"tenant {one['tenant']}", one.get("reputation"), one["calls"]) for one in entry.get("tenants", ())]
    for whom, told, calls in (*(accounts or [("the account", _own(entry), entry["calls"])]), *tenants):
        yield _row(whom, told, paused_s.get(whom), calls)


def _own(account: AccountInboxFigures) -> ReputationFigures | None:
    return account.get("own_reputation", account.get("reputation"))


def _row(whom: str, told: ReputationFigures | None, paused_s: float | None, calls: CallCounts) -> Row:
    refused = count(calls.get("paused", 0))
    if told is None:
        return [whom, "-", "-", "-", "-", refused]
    rates = [rate(told["bounce_rate"]), rate(told["complaint_rate"])]
    return [whom, *rates, seconds(told["reviewed_s"]), seconds(paused_s), refused]
