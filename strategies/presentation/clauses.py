"""Clauses that several strategies have need of."""

from __future__ import annotations

from strategies.policies.backoff import RetryMode
from strategies.presentation.seen import Seen
from strategies.presentation.words import count


def never_fits(seen: Seen) -> str:
    """For a strategy that sends every mail whole."""
    largest = seen.largest_mail
    if not seen.lost_to_throttling or largest < max(2, seen.largest_call):
        return ""
    if largest == seen.largest_call:
        rested = "full" if seen.limiter == "bucket" else "empty"
        return f"a mail to {count(largest)} recipients fits the {seen.limiter} only when it is {rested}"
    sizes = f"more than {seen.largest_call:g} recipients (here up to {count(largest)})"
    return f"a mail to {sizes} never fits the {seen.limiter}: refused for ever"


def retried(retry: RetryMode) -> str:
    """What becomes of a refused call."""
    return "" if retry == "none" else f"retried in botocore's {retry} mode"
