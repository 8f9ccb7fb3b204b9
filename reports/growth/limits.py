"""A limit in words."""

from __future__ import annotations

from reports.documents.plan import LimitTable
from strategies.presentation.words import count


def said(limit: LimitTable) -> str:
    """Rate and quota."""
    quota = limit["max_24h_send"]
    a_day = "any number in 24 hours" if quota < 0 else f"{count(quota)} in 24 hours"
    return f"{limit['max_send_rate_per_s']:g} recipients a second and {a_day}"
