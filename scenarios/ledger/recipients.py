"""What became of single recipients, read from calls that carry ranges of them.

A mail may travel in parts, and parts may overlap. Almost every mail travels whole, so whole columns decide about
those; only the rest is expanded to recipients, a bounded number at a time.

Row i of a ledger's mails is mail number i, and its calls stand in the order in which SES decided.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenarios.entry import LossCounts
from scenarios.ledger.ledger import ACCEPTED, FAILED, OUTCOMES, PAUSED, QUOTA, REJECTED, THROTTLED, Ledger

_NEVER = len(OUTCOMES)
_AT_ONCE = 1 << 17  # recipients expanded at a time: some ten megabytes


class Acceptances(NamedTuple):
    """The accepted calls in the order of SES's decisions; `fresh` recipients had not been accepted before."""

    mail: NDArray[np.int32]
    decided_s: NDArray[np.float64]
    recipients: NDArray[np.int32]
    fresh: NDArray[np.int32]

    def where(self, mine: NDArray[np.bool_]) -> Acceptances:
        """Those that are `mine`, looked for once: a mask would be counted anew for each column."""
        rows = np.flatnonzero(mine)
        return Acceptances(self.mail[rows], self.decided_s[rows], self.recipients[rows], self.fresh[rows])


class _Expanded(NamedTuple):
    """One entry per recipient of a call: the recipient, its mail and the row of its call."""

    recipient: NDArray[np.int64]
    mail: NDArray[np.int32]
    row: NDArray[np.int64]


def acceptances(ledger: Ledger) -> Acceptances:
    """Which recipients were accepted when, and which of them for the first time."""
    rows = np.flatnonzero(ledger.calls["outcome"] == ACCEPTED)
    mail, recipients = ledger.calls["mail"][rows], ledger.calls["recipients"][rows]
    twice = ledger.mails["duplicated"][mail] > 0
    fresh = recipients
    if twice.any():
        fresh = recipients.copy()
        fresh[twice] = _fresh(ledger, rows[twice])
    return Acceptances(mail, ledger.calls["decided_s"][rows], recipients, fresh)


def losses(ledger: Ledger) -> LossCounts:
    """Recipients lost or dead-lettered, by reason."""
    gone = ledger.mails["lost"] + ledger.mails["dead_lettered"]
    whole = (gone > 0) & (gone == ledger.mails["recipients"]) & ~_travelled_in_parts(ledger)
    last = _last_outcome(ledger)
    called = whole & (last < _NEVER)
    count = np.zeros(_NEVER)
    count += np.bincount(last[called], weights=gone[called], minlength=_NEVER)
    gone[called] = 0
    parted = (gone > 0) & ~whole
    if parted.any():
        count += _losses_of_parts(ledger, parted, gone)
    return _by_reason(count, untried=gone, lost=ledger.mails["lost"])


def _by_reason(count: NDArray[np.float64], untried: NDArray[np.int32], lost: NDArray[np.int32]) -> LossCounts:
    """A recipient lost without a call was with a pod that is gone, or in a queue that was not received from in time."""
    crashed = int(np.minimum(untried, lost).sum(dtype=np.int64))
    return {
        "throttled": int(count[THROTTLED]),
        "quota": int(count[QUOTA]),
        "rejected": int(count[REJECTED]),
        "failed": int(count[FAILED]),
        "paused": int(count[PAUSED]),
        "crashed": crashed,
        "never_invoked": int(untried.sum(dtype=np.int64)) - crashed,
    }


def _last_outcome(ledger: Ledger) -> NDArray[np.uint8]:
    last = np.full(len(ledger.mails["mail"]), _NEVER, np.uint8)
    last[ledger.calls["mail"]] = ledger.calls["outcome"]  # of a repeated index, the last value stays
    return last


def _travelled_in_parts(ledger: Ledger) -> NDArray[np.bool_]:
    parted = np.zeros(len(ledger.mails["mail"]), bool)
    calls = ledger.calls
    parted[calls["mail"][calls["recipients"] != ledger.mails["recipients"][calls["mail"]]]] = True
    return parted


def _losses_of_parts(ledger: Ledger, parted: NDArray[np.bool_], gone: NDArray[np.int32]) -> NDArray[np.float64]:
    """Recipients by the outcome of their last call; takes them out of `gone`."""
    count = np.zeros(_NEVER)
    for part in _expand(ledger, np.flatnonzero(parted[ledger.calls["mail"]])):
        rows = _last_refusals(ledger, part, gone)
        count += np.bincount(ledger.calls["outcome"][rows], minlength=_NEVER)
        np.subtract.at(gone, ledger.calls["mail"][rows], 1)  # a stretch holds all calls of its mails
    return count


def _last_refusals(ledger: Ledger, part: _Expanded, gone: NDArray[np.int32]) -> NDArray[np.int64]:
    """The row of the last call of each recipient that is gone.

    A mail with pending parts does not tell which of its recipients are gone: those that were tried last
    the longest ago are taken.
    """
    outcome = ledger.calls["outcome"]
    _, last = np.unique(part.recipient[::-1], return_index=True)
    last = len(part.row) - 1 - last
    accepted = part.recipient[outcome[part.row] == ACCEPTED]
    last = last[~np.isin(part.recipient[last], accepted)]
    last = last[np.lexsort((part.row[last], part.mail[last]))]
    mail = part.mail[last]
    rank = np.arange(len(mail)) - np.searchsorted(mail, mail)
    return part.row[last[rank < gone[mail]]]


def _fresh(ledger: Ledger, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many recipients of each of these accepted calls no earlier one of them carried."""
    count = np.zeros(len(rows), np.int64)
    for part in _expand(ledger, rows):
        _, first = np.unique(part.recipient, return_index=True)
        np.add.at(count, np.searchsorted(rows, part.row[first]), 1)
    return count


def _expand(ledger: Ledger, rows: NDArray[np.int64]) -> Iterator[_Expanded]:
    """These calls' recipients, mail by mail and within a mail in the order of the calls."""
    calls = ledger.calls
    rows = rows[np.argsort(calls["mail"][rows], kind="stable")]
    stride = int((calls["first_recipient"][rows] + calls["recipients"][rows]).max(initial=0)) + 1
    for start, stop in _between_mails(calls["mail"][rows], calls["recipients"][rows]):
        size = calls["recipients"][rows[start:stop]].astype(np.int64)
        row = np.repeat(rows[start:stop], size)
        within = np.arange(len(row)) - np.repeat(np.cumsum(size) - size, size)
        mail = calls["mail"][row]
        yield _Expanded(mail.astype(np.int64) * stride + calls["first_recipient"][row] + within, mail, row)


def _between_mails(mail: NDArray[np.int32], recipients: NDArray[np.int32]) -> Iterator[tuple[int, int]]:
    """Stretches of some `_AT_ONCE` recipients that cut no mail in two."""
    starts = np.flatnonzero(np.diff(mail, prepend=-1))
    before = np.cumsum(recipients, dtype=np.int64)[starts] - recipients[starts]
    cuts = starts[np.flatnonzero(np.diff(before // _AT_ONCE, prepend=-1))]
    yield from zip(cuts.tolist(), [*cuts[1:].tolist(), len(mail)], strict=True)
