"""Whether the account may send at all, and to everybody."""

from __future__ import annotations

from collections.abc import Iterator

from loadtests.preflight.facts import Facts
from loadtests.preflight.findings import Check, Finding

SENDING, SANDBOX = Check("sending"), Check("sandbox")


def judge(facts: Facts) -> Iterator[Finding]:
    yield _sending(facts)
    yield _sandbox(facts)


def _sending(facts: Facts) -> Finding:
    account = facts.ses.account
    if account.enforcement == "SHUTDOWN":
        return SENDING.wrong("shut-down", "AWS has paused the account", "answer the case in AWS Support Center")
    if not account.may_send:
        return SENDING.wrong("paused", "sending is paused for the account", "resume it in SES, under account settings")
    if account.enforcement == "PROBATION":
        return SENDING.wrong(
            "under-review", "AWS has put the account under review", "answer the case in AWS Support Center first"
        )
    return SENDING.right(f"the account may send in {facts.ses.region}")


def _sandbox(facts: Facts) -> Finding:
    if facts.ses.account.in_sandbox:
        return SANDBOX.wrong(
            "in-sandbox",
            f"in {facts.ses.region} the account is in the sandbox: verified recipients only, 200 a day, one a second",
            "request production access in SES, for this Region",
        )
    return SANDBOX.right("the account has production access")
