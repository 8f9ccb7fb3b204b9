"""How far what was accepted went beyond a rate: the fullest of all windows, beside what it may hold."""

from __future__ import annotations

from math import ceil
from typing import Any, NamedTuple

import numpy as np

from loadtests.endpoint.accounts.accounts import Accounts
from loadtests.endpoint.accounts.allowance import Allowance
from loadtests.endpoint.admin.asking import Query, number, quantity
from loadtests.endpoint.admin.stats import whose
from loadtests.endpoint.ses import Ses
from scenarios.aws.limiter import at_once
from scenarios.ledger.ledger import ACCEPTED

HIGHEST_RATE_PER_S = 1e6


class Envelope(NamedTuple):
    """At most `burst` + `rate_per_s` · τ recipients in any window of τ seconds."""

    rate_per_s: float
    burst: int


def shown(accounts: Accounts, asked_about: list[Ses], query: Query) -> dict[str, Any]:
    """The envelope, and of each account that is asked about the window that holds most beyond R·τ; raises BadRequest.

    Where accounts have names, each has an envelope of its own.
    """
    alike = None if accounts.named else _envelope(query, accounts.all()[0])
    every = [_beside(ses, alike or _envelope(query, ses.allowance)) for ses in asked_about]
    return {"fullest": every} if alike is None else {**alike._asdict(), "fullest": every}


def _beside(ses: Ses, envelope: Envelope) -> dict[str, Any]:
    return {**whose(ses), **(envelope._asdict() if ses.allowance.name else {}), **_fullest(ses, envelope)}


def _envelope(query: Query, allowance: Allowance) -> Envelope:
    """The limiter's own, or the query's, where a rate alone has a burst of one second; raises BadRequest."""
    rate_per_s = allowance.rate_per_s
    burst = at_once(allowance.account.limiter, rate_per_s)
    if "rate" in query:
        rate_per_s = quantity("rate", query["rate"][0], HIGHEST_RATE_PER_S, "recipients a second")
        burst = ceil(rate_per_s)
    return Envelope(rate_per_s, number(query, "burst", burst, "of recipients at once"))


def _fullest(ses: Ses, envelope: Envelope) -> dict[str, Any]:
    """From a call to a call; the envelope is kept if it holds no more than it may."""
    decisions = ses.run.observed().decisions
    rows = decisions[decisions["outcome"] == ACCEPTED]
    if not len(rows):
        return {"from_s": 0.0, "to_s": 0.0, "recipients": 0, "may_hold": envelope.burst}
    until, dripped = np.cumsum(rows["recipients"], dtype=np.int64), envelope.rate_per_s * rows["decided_s"]
    before = until - rows["recipients"]
    last = int((until - dripped - np.minimum.accumulate(before - dripped)).argmax())
    first = int((before - dripped)[: last + 1].argmin())
    return {
        "from_s": float(rows["decided_s"][first]),
        "to_s": float(rows["decided_s"][last]),
        "recipients": int(until[last] - before[first]),
        "may_hold": envelope.burst + float(dripped[last] - dripped[first]),
    }
