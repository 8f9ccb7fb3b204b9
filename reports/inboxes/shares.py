"""Shares of recipients, as people read them."""

from __future__ import annotations

from scenarios.entries.inboxes import DeliveryCounts
from strategies.presentation.words import share


def in_time(delivery: DeliveryCounts) -> str:
    """Of those whose mailbox takes mail, how many had it there within the deadline."""
    within = delivery["within_deadline"]
    return "-" if within is None else share(within, 1)


def rate(of_all: float) -> str:
    """Three digits: complaints are counted in tenths of a percent."""
    return f"{100 * of_all:.3g} %"
