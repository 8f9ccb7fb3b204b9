"""Which way each figure is better."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from scenarios.figures import in_two

Direction = Literal["lower", "higher", "same"]

DIRECTIONS: Mapping[str, Direction] = {
    "recipients.submitted": "same",
    "recipients.accepted": "higher",
    "recipients.dead_lettered": "lower",
    "recipients.lost": "lower",
    "recipients.pending": "lower",
    "recipients.duplicated": "lower",
    "calls.attempted": "lower",
    "calls.throttled": "lower",
    "calls.failed": "lower",
    "latency_s.mean": "lower",
    "latency_s.p50": "lower",
    "latency_s.p95": "lower",
    "latency_s.p99": "lower",
    "latency_s.max": "lower",
    "call_s.p50": "lower",
    "call_s.p99": "lower",
    "makespan_s": "lower",
    "goodput_per_s": "higher",
    "efficiency": "higher",
    "cost_usd": "lower",
    "cost_per_million_usd": "lower",
    "delivery.delivered": "higher",
    "delivery.bounced": "lower",
    "delivery.expired": "lower",
    "delivery.within_deadline": "higher",
    "inbox_s.p50": "lower",
    "inbox_s.p95": "lower",
    "inbox_s.p99": "lower",
    "month.mails_usd": "lower",
    "month.fees_usd": "lower",
    "month.services_usd": "lower",
    "month.standing_usd": "lower",
    "month.pods_usd": "lower",
    "month.total_usd": "lower",
}
"""What a gate watches, and a scenario may rank by. A peak is not among them: it is neither good nor bad."""


def direction_of(figure: str) -> Direction | None:
    """Which way is better, also of a workload or a lane; None for a figure that is neither good nor bad."""
    return DIRECTIONS.get(in_two(figure).figure)
