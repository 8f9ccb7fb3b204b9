"""What AWS made of each contender's account: a table."""

from __future__ import annotations

from collections.abc import Sequence

from reports.columns import Block, Column, Row, Sheet
from reports.inboxes.pauses import paused_s_of
from reports.inboxes.shares import rate
from reports.words import seconds
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
    """A row for each contender."""
    return Sheet("what AWS made of the account", _COLUMNS, [Block([_row(entry) for entry in entries])])


def _row(entry: StrategyEntry) -> Row:
    refused = count(entry["calls"].get("paused", 0))
    if "reputation" not in entry:
        return [entry["strategy"], "-", "-", "-", "-", refused]
    told = entry["reputation"]
    rates = [rate(told["bounce_rate"]), rate(told["complaint_rate"])]
    return [entry["strategy"], *rates, seconds(told["reviewed_s"]), seconds(paused_s_of(entry)), refused]
