"""What one account's SES has done since second zero, as numbers."""

from __future__ import annotations

from typing import Any

from loadtests.endpoint.ses import Ses
from scenarios.ledger.ledger import OUTCOMES


def stats(ses: Ses) -> dict[str, Any]:
    """Second zero; calls by outcome; recipients accepted, in the fullest second, in 24 hours; rate and tokens now."""
    tally = ses.run.tally()
    return {
        **whose(ses),
        "zero_unix_s": ses.run.zero_unix_s,
        **dict(zip(OUTCOMES, tally.by_outcome.tolist(), strict=True)),
        "recipients": tally.recipients,
        "peak_1s": tally.peak_1s,
        **now(ses),
    }


def whose(ses: Ses) -> dict[str, str]:
    """The account, with its name where it has one, and the region."""
    name = {"name": ses.allowance.name} if ses.allowance.name else {}
    return {"account": ses.account, **name, "region": ses.region}


def now(ses: Ses) -> dict[str, Any]:
    """What changes without a call: the account's rate, its tokens, and the rolling count of its quota."""
    quota, run = ses.quota(), ses.run
    with run.lock:
        tokens = run.admission.room(run.clock.now())
    return {
        "max_send_rate_per_s": quota.max_send_rate_per_s,
        "tokens": tokens,
        "used_24h": quota.sent_last_24h,
        "max_24h_send": quota.max_24h_send,
    }
