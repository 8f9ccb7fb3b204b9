"""What Lambda bills a function for, in any world."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

LEAST_MS = 5e-7  # more than a float's error, and less than what a clock tells apart


@dataclass(slots=True)
class LambdaBill:
    """Raw counts of a function: invocations, and milliseconds that it is billed for at its memory."""

    memory_mb: int
    requests: int = 0
    billed_ms: int = 0

    @property
    def gb_s(self) -> float:
        return self.billed_ms / 1000 * self.memory_mb / 1024


def started_ms(from_s: float, until_s: float) -> int:
    """What an invocation is billed, its cold start included; what a float adds is no millisecond begun."""
    return ceil((until_s - from_s) * 1000 - LEAST_MS)


def lambda_usage(bills: Sequence[LambdaBill]) -> dict[str, float]:
    """The counts of several functions, summed, as a ledger's usage names them."""
    return {
        "lambda_requests": sum(bill.requests for bill in bills),
        "lambda_gb_s": sum(bill.gb_s for bill in bills),
    }
