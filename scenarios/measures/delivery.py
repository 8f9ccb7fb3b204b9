"""What became of accepted mail, in figures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NotRequired, cast

import numpy as np
from numpy.typing import NDArray
from typing_extensions import TypedDict

from scenarios.entry import DeliveryCounts, InboxTimes, ProviderEntry, ReputationFigures
from scenarios.ledger.delivered import DELIVERED, DELIVERY_FATES, Delivered
from scenarios.ledger.ledger import Ledger
from scenarios.measures.metrics import Weighted, distribution
from scenarios.schema.delivery.delivery import Delivery

Mask = NDArray[np.bool_]


class DeliveryFigures(TypedDict):
    """What an entry has besides, where the scenario has [delivery]."""

    delivery: NotRequired[DeliveryCounts]
    inbox_s: NotRequired[InboxTimes]
    reputation: NotRequired[ReputationFigures]
    providers: NotRequired[list[ProviderEntry]]


def delivery_figures(ledger: Ledger, delivery: Delivery | None) -> DeliveryFigures:
    """Nothing where nothing is known of what became of the mail."""
    delivered = ledger.delivered
    if delivery is None or delivered is None:
        return {}
    waited_s = _waited_s(ledger, delivered)
    everyone, deadline_s = np.ones(len(waited_s), bool), delivery.deadline_s
    submitted = int(ledger.mails["recipients"].sum(dtype=np.int64))
    return {
        "delivery": _counts(delivered, waited_s, everyone, deadline_s, submitted),
        "inbox_s": _inbox_s(waited_s, everyone),
        "reputation": cast(ReputationFigures, delivered.judged._asdict()),
        "providers": list(_providers(delivered, waited_s, deadline_s)),
    }


def _waited_s(ledger: Ledger, delivered: Delivered) -> NDArray[np.float64]:
    """For each copy the seconds from the intended instant to the inbox; NaN for none, and for a recipient's second."""
    copies = delivered.copies
    is_there = copies["outcome"] == DELIVERED
    waited_s = np.where(is_there, copies["ended_s"] - _intended_s(ledger, copies["mail"]), np.nan)
    rows = np.flatnonzero(is_there)
    rows = rows[np.argsort(copies["ended_s"][rows], kind="stable")]
    keys = copies["mail"][rows].astype(np.int64) << 8 | copies["recipient"][rows]
    _, first = np.unique(keys, return_index=True)
    again = np.delete(rows, first)
    waited_s[again] = np.nan
    return waited_s


def _intended_s(ledger: Ledger, mail: NDArray[np.int32]) -> NDArray[np.float64]:
    """A ledger of a share of the mails has not a row for every number."""
    return cast("NDArray[np.float64]", ledger.mails["intended_s"][np.searchsorted(ledger.mails["mail"], mail)])


def _providers(delivered: Delivered, waited_s: NDArray[np.float64], deadline_s: float) -> Iterator[ProviderEntry]:
    for number, name in enumerate(delivered.providers):
        mine = delivered.copies["provider"] == number
        yield {
            "provider": name,
            "delivery": _counts(delivered, waited_s, mine, deadline_s, int(mine.sum())),
            "inbox_s": _inbox_s(waited_s, mine),
        }


def _counts(
    delivered: Delivered, waited_s: NDArray[np.float64], mine: Mask, deadline_s: float, recipients: int
) -> DeliveryCounts:
    copies = delivered.copies
    fates = np.bincount(copies["outcome"][mine], minlength=len(DELIVERY_FATES)).tolist()
    in_time = int(np.count_nonzero(waited_s[mine] <= deadline_s))
    counts = {
        "copies": int(mine.sum()),
        **dict(zip(DELIVERY_FATES, fates, strict=True)),
        "deferred": int(np.count_nonzero(copies["deferrals"][mine])),
        "complained": int(np.count_nonzero(~np.isnan(copies["complained_s"][mine]))),
        "within_deadline": in_time / recipients if recipients else None,
    }
    return cast(DeliveryCounts, counts)


def _inbox_s(waited_s: NDArray[np.float64], mine: Mask) -> InboxTimes:
    known = waited_s[mine & ~np.isnan(waited_s)]
    return cast(InboxTimes, distribution(Weighted.of(known, np.ones(len(known), np.int64))))
