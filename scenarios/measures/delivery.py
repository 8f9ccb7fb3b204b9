"""What became of accepted mail, in figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, NotRequired, cast

import numpy as np
from numpy.typing import NDArray
from typing_extensions import TypedDict

from scenarios.delivery.recipients import PLACES, Kind
from scenarios.delivery.tenancy import Tenancy
from scenarios.entry import DeliveryCounts, InboxOfAll, InboxTimes, ProviderEntry, ReputationFigures
from scenarios.ledger.delivered import BOUNCED, DELIVERED, DELIVERY_FATES, SUPPRESSED, Delivered
from scenarios.ledger.ledger import Columns, Ledger
from scenarios.measures.metrics import Weighted, distribution, of_all
from scenarios.schema.delivery.delivery import Delivery

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
REACHABLE = (Kind.GOOD, Kind.COMPLAINING)
"""Those whose mailbox takes mail; no sender reaches the others."""


class DeliveryFigures(TypedDict):
    """What an entry has besides, where the scenario has [delivery]."""

    delivery: NotRequired[DeliveryCounts]
    inbox_s: NotRequired[InboxTimes]
    inbox_of_all_s: NotRequired[InboxOfAll]
    reputation: NotRequired[ReputationFigures]
    providers: NotRequired[list[ProviderEntry]]


class _Part(TypedDict):
    delivery: DeliveryCounts
    inbox_s: InboxTimes
    inbox_of_all_s: InboxOfAll


class _Known(NamedTuple):
    """Per copy the seconds to the inbox, as `_waited_s` has them; per provider those who can be reached and are not."""

    copies: Columns
    waited_s: Floats
    unreached: NDArray[np.int64]
    deadline_s: float


def delivery_figures(
    ledger: Ledger, delivery: Delivery | None, parts: Sequence[tuple[Ledger, Tenancy]]
) -> DeliveryFigures:
    """Nothing where nothing is known of what became of the mail.

    `parts` are ledgers of parts of the mail in which it is numbered as it was when it was sent, and their tenants.
    """
    delivered = ledger.delivered
    if delivery is None or delivered is None:
        return {}
    unreached = sum((_unreached(*part) for part in parts), np.zeros(len(delivered.providers), np.int64))
    known = _Known(delivered.copies, _waited_s(ledger, delivered), unreached, delivery.deadline_s)
    whole = _part(known, np.ones(len(known.waited_s), bool), int(unreached.sum()))
    return {
        **whole,
        "reputation": cast(ReputationFigures, delivered.judged._asdict()),
        "providers": list(_providers(delivered, known)),
    }


def _providers(delivered: Delivered, known: _Known) -> Iterator[ProviderEntry]:
    for number, name in enumerate(delivered.providers):
        mine = known.copies["provider"] == number
        yield {"provider": name, **_part(known, mine, int(known.unreached[number]))}


def _part(known: _Known, mine: Mask, unreached: int) -> _Part:
    in_inbox_s = known.waited_s[mine]
    in_inbox_s = in_inbox_s[~np.isnan(in_inbox_s)]
    sorted_s = Weighted.of(in_inbox_s, np.ones(len(in_inbox_s), np.int64))
    return {
        "delivery": _counts(known, mine, in_inbox_s, unreached),
        "inbox_s": cast(InboxTimes, distribution(sorted_s)),
        "inbox_of_all_s": cast(InboxOfAll, of_all(sorted_s, len(in_inbox_s) + unreached)),
    }


def _counts(known: _Known, mine: Mask, in_inbox_s: Floats, unreached: int) -> DeliveryCounts:
    copies, reachable = known.copies, len(in_inbox_s) + unreached
    fates = np.bincount(copies["outcome"][mine], minlength=len(DELIVERY_FATES)).tolist()
    in_time = int(np.count_nonzero(in_inbox_s <= known.deadline_s))
    counts = {
        "copies": int(mine.sum()),
        **dict(zip(DELIVERY_FATES, fates, strict=True)),
        "deferred": int(np.count_nonzero(copies["deferrals"][mine])),
        "complained": int(np.count_nonzero(~np.isnan(copies["complained_s"][mine]))),
        "unreached": unreached,
        "within_deadline": in_time / reachable if reachable else None,
    }
    return cast(DeliveryCounts, counts)


def _waited_s(ledger: Ledger, delivered: Delivered) -> Floats:
    """For each copy the seconds from the intended instant to the inbox; NaN for none, and for a recipient's second."""
    copies = delivered.copies
    is_there = copies["outcome"] == DELIVERED
    waited_s = np.where(is_there, copies["ended_s"] - _intended_s(ledger, copies["mail"]), np.nan)
    rows = np.flatnonzero(is_there)
    rows = rows[np.argsort(copies["ended_s"][rows], kind="stable")]
    _, first = np.unique(_keys(copies, rows), return_index=True)
    waited_s[np.delete(rows, first)] = np.nan
    return waited_s


def _intended_s(ledger: Ledger, mail: NDArray[np.int32]) -> Floats:
    """A ledger of a share of the mails has not a row for every number."""
    return cast("Floats", ledger.mails["intended_s"][np.searchsorted(ledger.mails["mail"], mail)])


def _unreached(ledger: Ledger, tenancy: Tenancy) -> NDArray[np.int64]:
    """By provider those whose mailbox takes mail, and who have not got theirs, be it accepted or not.

    What a recipient is like depends on the seed alone, so that it is known of those whose mail was never accepted.
    """
    assert ledger.delivered is not None
    copies, count = ledger.delivered.copies, np.zeros(len(ledger.delivered.providers), np.int64)
    settled = np.isin(copies["outcome"], (DELIVERED, BOUNCED, SUPPRESSED))
    for key in _keys_without(ledger, np.unique(_keys(copies, np.flatnonzero(settled)))).tolist():
        nature = tenancy.nature(key)
        count[nature.provider] += nature.kind in REACHABLE
    return count


def _keys_without(ledger: Ledger, settled: NDArray[np.int64]) -> NDArray[np.int64]:
    """All recipients but those, who are given in order; only mails that have others are spelt out."""
    mails, recipients = ledger.mails["mail"].astype(np.int64), ledger.mails["recipients"].astype(np.int64)
    have = np.searchsorted(settled, (mails + 1) * PLACES) - np.searchsorted(settled, mails * PLACES)
    is_open = have < recipients
    mails, recipients = mails[is_open], recipients[is_open]
    within = np.arange(recipients.sum()) - np.repeat(np.cumsum(recipients) - recipients, recipients)
    keys: NDArray[np.int64] = np.repeat(mails, recipients) * PLACES + within
    return keys[~np.isin(keys, settled)]


def _keys(copies: Columns, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    keys: NDArray[np.int64] = copies["mail"][rows].astype(np.int64) * PLACES + copies["recipient"][rows]
    return keys
