"""Bulk calls: one HTTP request, one decision for each entry, and HTTP 200 whatever they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from loadtests.endpoint.decision_log import STRANGER
from loadtests.endpoint.message import Message, Sent
from loadtests.endpoint.refusals import Refused, rejected
from loadtests.endpoint.ses import Ses
from loadtests.endpoint.validation.mail import check_senders_of_many
from scenarios.ledger.ledger import FAILED

MOST_ENTRIES = 50

Entry = Callable[[], Message]
"""Makes one entry's mail when its turn comes, so that there is one at a time; may raise Refused."""

Verdict = Sent | Refused
"""What became of one entry."""


def submit(ses: Ses, sender: Message, entries: Sequence[Entry]) -> list[Verdict]:
    """Take the entries in their order; raises Refused for what is wrong with the whole call, such as its sender."""
    if not 0 < len(entries) <= MOST_ENTRIES:
        raise rejected("Too many destinations." if entries else "No destinations.")
    check_senders_of_many(sender)
    ses.check_sender(sender)
    return ses.call(STRANGER, lambda _run, _call: _verdicts(ses.admit, entries))


def _verdicts(admit: Callable[[Message], Sent], entries: Sequence[Entry]) -> list[Verdict]:
    """One for each entry. If SES is out the whole call fails, unless it has taken a mail of it already."""
    verdicts: list[Verdict] = []
    for one in entries:
        verdict = _verdict(admit, one)
        if isinstance(verdict, Refused) and verdict.outcome == FAILED and not any(map(_is_sent, verdicts)):
            raise verdict
        verdicts.append(verdict)
    return verdicts


def _verdict(admit: Callable[[Message], Sent], make: Entry) -> Verdict:
    """An entry that cannot be made leaves the others alone."""
    try:
        return admit(make())
    except Refused as refused:
        return refused


def _is_sent(verdict: Verdict) -> bool:
    return isinstance(verdict, Sent)
