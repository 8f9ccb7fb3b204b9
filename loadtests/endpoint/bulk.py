"""Bulk calls: one HTTP request, one decision for each entry, and HTTP 200 whatever they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from loadtests.endpoint.decision_log import STRANGER
from loadtests.endpoint.message import Message, Sent
from loadtests.endpoint.refusals import Refused, rejected
from loadtests.endpoint.ses import Ses
from scenarios.ledger.ledger import FAILED

MOST_ENTRIES = 50

Verdict = Sent | Refused
"""What became of one entry."""


def submit(ses: Ses, messages: Sequence[Message]) -> list[Verdict]:
    """Take the entries in their order; raises Refused for what is wrong with the whole call."""
    if not 0 < len(messages) <= MOST_ENTRIES:
        raise rejected("Too many destinations." if messages else "No destinations.")
    ses.check_sender(messages[0])
    return ses.call(STRANGER, lambda _run, _call: [_verdict(ses.admit, message) for message in messages])


def _verdict(admit: Callable[[Message], Sent], message: Message) -> Verdict:
    try:
        return admit(message)
    except Refused as refused:
        if refused.outcome == FAILED:  # SES is out: the whole call fails
            raise
        return refused
