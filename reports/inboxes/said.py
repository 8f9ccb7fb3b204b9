"""What became of a contender's accepted mail, as a clause of its sentence."""

from __future__ import annotations

from collections.abc import Iterator

from reports.inboxes.pauses import said_of_pause, said_of_review
from reports.inboxes.shares import rate
from reports.words import duration
from scenarios.entries.inboxes import DeliveryCounts, InboxTimes, ReputationFigures
from scenarios.entry import StrategyEntry
from scenarios.ledger.delivered import DeliveryFate
from strategies.presentation.words import count

_ENDS: dict[DeliveryFate, str] = {
    "bounced": "bounced",
    "suppressed": "suppressed",
    "expired": "given up after SES's last try",
    "pending": "still on their way",
}


def said_of_inboxes(entry: StrategyEntry) -> str:
    """What became of accepted mail, and what AWS made of whom it judges. Nothing where nothing is known of it."""
    if "delivery" not in entry or "inbox_s" not in entry or "reputation" not in entry:
        return ""
    said = _by_fate(entry["delivery"], entry["inbox_s"]), _judged(entry, entry["reputation"])
    return "; ".join(filter(None, said))


def _by_fate(delivery: DeliveryCounts, inbox_s: InboxTimes) -> str:
    if not delivery["copies"]:
        return ""
    ends = [f"{count(delivery[fate])} {word}" for fate, word in _ENDS.items() if delivery[fate]]
    within = f", 99 % of them within {duration(inbox_s['p99'])}" if inbox_s["p99"] is not None else ""
    said = [f"of {count(delivery['copies'])} accepted {count(delivery['delivered'])} are in the inbox{within}", *ends]
    return ", ".join((*said, *_on_the_way(delivery)))


def _on_the_way(delivery: DeliveryCounts) -> Iterator[str]:
    """What is no end of its own."""
    if delivery["deferred"]:
        yield f"{count(delivery['deferred'])} turned away at least once"
    if delivery["complained"]:
        yield f"{count(delivery['complained'])} called spam"


def _judged(entry: StrategyEntry, told: ReputationFigures) -> str:
    rates = f"{rate(told['bounce_rate'])} bounced and {rate(told['complaint_rate'])} were reported as spam, at most"
    said = said_of_pause(entry) or said_of_review(entry)
    return f"{said}, as {rates}" if said else ""
