"""What providers turn away, as a share of what goes to them."""

from __future__ import annotations

from reports.documents.warmup import DayFigures, WarmupDocument


def is_received(warmup: WarmupDocument) -> bool:
    """Whether it is modelled what providers make of the plan."""
    return "reception" in warmup["days"][0]


def turned_away(day: DayFigures) -> float | None:
    """The share of a date's recipients at the first attempt; None where there are none, or nothing is modelled."""
    met, sent = day.get("reception"), sum(day["addresses"])
    return None if met is None or not sent else met["deferred"] / sent
