"""How many of the last mails bounced or annoyed: what AWS and the mailbox providers look at."""

from __future__ import annotations

from collections.abc import Iterator

from loadtests.preflight.facts import Facts, Sent
from loadtests.preflight.findings import Check, Finding

REPUTATION = Check("reputation")
MOST_COMPLAINTS, MOST_BOUNCES = 0.001, 0.05
"""From there AWS reviews an account (SES developer guide, "Reputation metrics"); Gmail and Yahoo ask to stay below
0.1 % of spam reports, and act from 0.3 % on (Gmail's email sender guidelines, since February 2024)."""

FEW = 1000  # mails, of which a single complaint would be a rate


def judge(facts: Facts) -> Iterator[Finding]:
    sent = facts.ses.sent
    if sent is None:
        yield REPUTATION.open("not-told", "SES does not say how many mails bounced")
        return
    found = list(_bad(sent)) if sent.attempts >= FEW else []
    yield from found
    if not found:
        yield REPUTATION.right(
            f"{_of(sent.bounces, sent, 'bounces')} and {_of(sent.complaints, sent, 'complaints')} among "
            f"{sent.attempts:,} mails of two weeks; Gmail tells of its spam reports in Postmaster Tools only"
        )


def _bad(sent: Sent) -> Iterator[Finding]:
    if sent.complaints >= MOST_COMPLAINTS * sent.attempts:
        yield REPUTATION.wrong(
            "complaints",
            f"{_of(sent.complaints, sent, 'complaints')}: AWS and the mailbox providers expect less than 0.1 %",
            "send only to people who asked for it, and make it easy to leave",
        )
    if sent.bounces >= MOST_BOUNCES * sent.attempts:
        yield REPUTATION.wrong(
            "bounces",
            f"{_of(sent.bounces, sent, 'bounces')}: AWS reviews accounts from 5 % on",
            "take addresses that bounced off your list; seslab bounces names them",
        )


def _of(number: int, sent: Sent, what: str) -> str:
    share = f" ({100 * number / sent.attempts:.2g} %)" if number and sent.attempts else ""
    return f"{number:,} {what}{share}"
