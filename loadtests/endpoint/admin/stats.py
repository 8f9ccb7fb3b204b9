"""What one account's SES has done since second zero, as numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from loadtests.endpoint.ses import Ses
from scenarios.ledger.ledger import ACCEPTED, OUTCOMES
from scenarios.measures.metrics import peak_1s


def stats(ses: Ses) -> dict[str, Any]:
    """Second zero; calls by outcome; recipients accepted, in the fullest second, in 24 hours; rate and tokens now."""
    rows, _, _ = ses.run.observed()
    accepted = rows[rows["outcome"] == ACCEPTED]
    counts = np.bincount(rows["outcome"], minlength=len(OUTCOMES)).tolist()
    return {
        "account": ses.account,
        "region": ses.region,
        "zero_unix_s": ses.run.zero_unix_s,
        **dict(zip(OUTCOMES, counts, strict=True)),
        "recipients": int(accepted["recipients"].sum(dtype=np.int64)),
        "peak_1s": peak_1s(accepted["decided_s"], accepted["recipients"]),
        **now(ses),
    }


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
