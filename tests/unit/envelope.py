"""The law that a token bucket obeys, checked exactly on a log of decisions."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from scenarios.aws.limiter import TICKS_PER_S
from scenarios.ledger.ledger import ACCEPTED


def excess(decisions: Any, rate_per_s: int) -> Fraction:
    """The most recipients that any window holds beyond what drips in while it lasts: at most the burst.

    An instant counts as the tick that it falls into, so a window may be one tick longer than it looks.
    """
    most, least_before, total = Fraction(0), Fraction(10**12), 0
    for row in decisions[decisions["outcome"] == ACCEPTED]:
        dripped = rate_per_s * Fraction(float(row["decided_s"]))
        least_before = min(least_before, total - dripped)
        total += int(row["recipients"])
        most = max(most, total - dripped - least_before)
    return most - Fraction(rate_per_s, TICKS_PER_S)
