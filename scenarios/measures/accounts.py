"""Figures of each account apart, where there are several."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import cast

import numpy as np
from numpy.typing import NDArray

from scenarios.entries.accounts import AccountEntry
from scenarios.entries.counts import CallCounts
from scenarios.ledger.ledger import ACCOUNT, OUTCOMES, Ledger
from scenarios.ledger.recipients import Acceptances, acceptances
from scenarios.measures.bound import bound_of
from scenarios.measures.delivery import Inboxes, delivery_of_account
from scenarios.measures.metrics import COUNTED, at_once, latency_figures, peak_1s, recipient_counts, utilisation
from scenarios.schema.accounts.account import Account
from scenarios.schema.model import Scenario
from scenarios.traffic.slices import NOBODY, owners, slices_of
from scenarios.traffic.workload import Arrivals


def accounts_apart(ledger: Ledger, scenario: Scenario, inboxes: Inboxes | None) -> list[AccountEntry]:
    """Each account in the order of the file; none where there is one.

    Recipients, latencies and what became of copies are of its own mail. Where nothing says whose a pool's mail is, it
    is whose call was the last. Calls, peak, utilisation and reputation are of what the account itself decided.
    """
    if not ledger.accounts:
        return []
    whose, accepted = _whose(ledger, scenario), acceptances(ledger)
    decided_by = _of_accepted(ledger)
    return list(_each(ledger, scenario, inboxes, whose, accepted, decided_by))


def _each(
    ledger: Ledger,
    scenario: Scenario,
    inboxes: Inboxes | None,
    whose: NDArray[np.uint8],
    accepted: Acceptances,
    decided_by: NDArray[np.uint8],
) -> Iterator[AccountEntry]:
    slices = slices_of(scenario)
    for number, (name, account) in enumerate(scenario.accounts.items()):
        mine = whose == number
        own, its = _of_mails(ledger, mine), accepted.where(mine[accepted.mail])
        recipients = recipient_counts(own)
        sent = accepted.where(decided_by == number)
        part = slices.get(name)
        mails = Arrivals(own.mails["intended_s"], own.mails["recipients"])
        bound_s = None if part is None else bound_of(part, mails).makespan_s
        yield {
            "account": name,
            "recipients": recipients,
            **latency_figures(ledger, its, recipients["submitted"]),
            "calls": calls_by_outcome(ledger.calls["outcome"][ledger.calls[ACCOUNT] == number]),
            "makespan_s": _span_s(own, its),
            "bound_s": bound_s,
            "peak_1s": peak_1s(sent.decided_s, sent.recipients),
            "utilisation": _utilisation(ledger if part is None else own, account, sent),
            **delivery_of_account(inboxes, mine, name),
        }


def _whose(ledger: Ledger, scenario: Scenario) -> NDArray[np.uint8]:
    """For each mail its account's number; of mail that is nobody's, the account that decided its last call."""
    whose, calls = owners(scenario, ledger.seed), ledger.calls
    last = np.full(len(whose), NOBODY, np.uint8)
    last[calls["mail"]] = calls[ACCOUNT]  # in the order of decision: the last one stays
    return np.where(whose == NOBODY, last, whose)


def _of_accepted(ledger: Ledger) -> NDArray[np.uint8]:
    by: NDArray[np.uint8] = ledger.calls[ACCOUNT][ledger.calls["outcome"] == OUTCOMES.index("accepted")]
    return by


def _of_mails(ledger: Ledger, mine: NDArray[np.bool_]) -> Ledger:
    """With no more columns than fates and instants are counted from: mails may be many."""
    rows = np.flatnonzero(mine)
    return replace(ledger, mails={name: ledger.mails[name][rows] for name in (*COUNTED, "intended_s")})


def calls_by_outcome(outcomes: NDArray[np.uint8]) -> CallCounts:
    """How many there are of each."""
    count = np.bincount(outcomes, minlength=len(OUTCOMES)).tolist()
    return cast(CallCounts, {"attempted": sum(count), **dict(zip(OUTCOMES, count, strict=True))})


def _span_s(own: Ledger, its: Acceptances) -> float | None:
    """From the first instant at which its mail was due to the last acceptance of any."""
    fresh_s = its.decided_s[its.fresh > 0]
    return float(fresh_s[-1] - own.mails["intended_s"].min()) if len(fresh_s) else None


def _utilisation(given: Ledger, account: Account, sent: Acceptances) -> float | None:
    """Of what the account allows from the first mail due that it was given to the last acceptance that is its own.

    A pool's account is given the mail of all.
    """
    if not len(sent.decided_s):
        return None
    span_s = float(sent.decided_s[-1] - given.mails["intended_s"].min())
    return utilisation(int(sent.recipients.sum(dtype=np.int64)), account.max_send_rate_per_s, at_once(account), span_s)
