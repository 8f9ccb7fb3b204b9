"""Columns for what became of accepted mail, where a scenario says what becomes of it."""

from __future__ import annotations

from collections.abc import Sequence

from reports.columns import Column
from reports.documents.comparison import ComparisonDocument
from reports.inboxes.pauses import PAUSED, has_several, judged_in, paused_s_by_name, paused_s_of
from reports.inboxes.shares import in_time
from reports.words import rounded_duration, seconds
from scenarios.entries.inboxes import InboxFigures
from scenarios.entry import StrategyEntry
from strategies.presentation.words import count

FROM = "in seconds from the intended instant to the inbox"
OF_THE_ACCOUNT = "when AWS paused the account, or might have"


def of_inboxes(comparison: ComparisonDocument, falls: int) -> dict[str, Column]:
    """The columns by their figures, or none; on a narrow terminal those that say least fall away first."""
    if "delivery" not in comparison:
        return {}
    soon = f"in inbox\nin {rounded_duration(comparison['delivery']['deadline_s'])}"
    paused = {"reputation.paused_s": Column("paused\nafter", "s", falls=falls + 2, note=_who(comparison["strategies"]))}
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


def of_inboxes_apart(comparison: ComparisonDocument, falls: int) -> list[Column]:
    """Columns of a table of accounts or tenants; none without [delivery]. When one was paused stays on any width."""
    if "delivery" not in comparison:
        return []
    soon = f"in inbox\nin {rounded_duration(comparison['delivery']['deadline_s'])}"
    return [
        Column(soon, note="of its own mail to those whose mailbox takes mail", falls=falls),
        Column("paused\nafter", "s", note="when AWS paused it, or might have"),
    ]


def inbox_cells_apart(comparison: ComparisonDocument, entry: StrategyEntry, one: InboxFigures, whom: str) -> list[str]:
    """The cells under these columns of an account or a tenant, which sentences call `whom`."""
    if "delivery" not in comparison:
        return []
    return [in_time(one["delivery"]) if "delivery" in one else "-", seconds(paused_s_by_name(entry).get(whom))]


def _is_any_paused(entries: Sequence[StrategyEntry]) -> bool:
    return any(paused_s_of(entry) is not None for entry in entries)


def _who(entries: Sequence[StrategyEntry]) -> str:
    """What the instant is; of several accounts and tenants, those who were paused in any contender's runs."""
    if not any(map(has_several, entries)):
        return OF_THE_ACCOUNT
    whom = dict.fromkeys(one.whom for entry in entries for one in judged_in(entry, PAUSED))
    return f"when AWS first paused {' or '.join(whom)}, or might have"
