"""Ledgers made by hand: calls in, and the mails' columns counted recipient by recipient."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from scenarios.ledger.ledger import ACCEPTED, FATES, QUOTA, THROTTLED, Ledger, assert_conserved


class Call(NamedTuple):
    """A call of `recipients` recipients from `first` on."""

    mail: int
    decided_s: float
    outcome: int = ACCEPTED
    recipients: int = 1
    first: int = 0
    call_s: float = 0.05


class Mail(NamedTuple):
    """A mail, the fate of those of its recipients that SES did not accept, and how often a queue gave it out."""

    intended_s: float
    recipients: int = 1
    otherwise: str = "lost"
    receives: int = 0


def ledger_of(strategy: str, mails: Sequence[Mail], calls: Sequence[Call], **more: Any) -> Ledger:
    """The ledger of these calls, put into the order of decision; `more` are further fields of a Ledger."""
    calls = sorted(calls, key=lambda call: call.decided_s)
    ended_s = max((call.decided_s for call in calls), default=0.0)
    rest: dict[str, Any] = {"scenario": "by-hand", "seed": 1, "world": "sim", "ended_s": ended_s} | more
    ledger = Ledger(strategy=strategy, mails=_mails(mails, calls), calls=_calls(calls), **rest)
    assert_conserved(ledger)
    return ledger


def acceptances_by_recipient(calls: Sequence[Call]) -> dict[tuple[int, int], list[float]]:
    """Mail and recipient → the instants of acceptance, ascending."""
    times: dict[tuple[int, int], list[float]] = defaultdict(list)
    for call in sorted(calls, key=lambda call: call.decided_s):
        for recipient in range(call.first, call.first + call.recipients):
            if call.outcome == ACCEPTED:
                times[call.mail, recipient].append(call.decided_s)
    return times


def _calls(calls: Sequence[Call]) -> dict[str, Any]:
    columns = {name: np.array([getattr(call, name) for call in calls], float) for name in ("decided_s", "call_s")}
    whole = {
        name: np.array([getattr(call, name) for call in calls], np.int32) for name in ("mail", "first", "recipients")
    }
    return {
        "call": np.arange(len(calls)),
        "mail": whole["mail"],
        "first_recipient": whole["first"],
        "recipients": whole["recipients"],
        "start_s": columns["decided_s"] - columns["call_s"] / 2,
        "decided_s": columns["decided_s"],
        "end_s": columns["decided_s"] + columns["call_s"] / 2,
        "outcome": np.array([call.outcome for call in calls], np.uint8),
    }


def _mails(mails: Sequence[Mail], calls: Sequence[Call]) -> dict[str, Any]:
    count = len(mails)
    column: dict[str, Any] = {
        name: np.zeros(count, np.int32) for name in (*FATES, "duplicated", "attempts", "throttles")
    }
    last_s = np.full(count, np.nan)
    first_s = np.full(count, np.nan)
    for (mail, _), times in acceptances_by_recipient(calls).items():
        column["accepted"][mail] += 1
        column["duplicated"][mail] += len(times) - 1
        last_s[mail] = np.fmax(last_s[mail], times[-1])
    for call in calls:
        column["attempts"][call.mail] += 1
        column["throttles"][call.mail] += call.outcome in (THROTTLED, QUOTA)
        first_s[call.mail] = np.fmin(first_s[call.mail], call.decided_s - call.call_s / 2)
    for number, own in enumerate(mails):
        column[own.otherwise][number] += own.recipients - column["accepted"][number]
    return {
        "mail": np.arange(count, dtype=np.int32),
        "recipients": np.array([mail.recipients for mail in mails], np.int32),
        "intended_s": np.array([mail.intended_s for mail in mails], float),
        "enqueued_s": np.full(count, np.nan),
        "first_attempt_s": first_s,
        "last_accepted_s": last_s,
        "receives": np.array([mail.receives for mail in mails], np.int32),
        **column,
    }
