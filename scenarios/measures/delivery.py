"""What became of accepted mail, in figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, NotRequired, cast

import numpy as np
from numpy.typing import NDArray
from typing_extensions import TypedDict

from scenarios.delivery.recipients import PLACES, Kind
from scenarios.delivery.tenancy import Tenancy
from scenarios.entries.inboxes import (
    AccountInboxFigures,
    DeliveryCounts,
    InboxFigures,
    InboxOfAll,
    InboxTimes,
    ProviderEntry,
)
from scenarios.ledger.delivered import BOUNCED, DELIVERED, DELIVERY_FATES, SUPPRESSED, Delivered, Judged
from scenarios.ledger.ledger import Columns, Ledger
from scenarios.measures.metrics import Weighted, distribution, of_all
from scenarios.schema.delivery.delivery import Delivery

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
REACHABLE = (Kind.GOOD, Kind.COMPLAINING)
"""Those whose mailbox takes mail; no sender reaches the others."""


class DeliveryFigures(AccountInboxFigures):
    """What an entry has besides, where the scenario has [delivery]."""

    providers: NotRequired[list[ProviderEntry]]


class Part(NamedTuple):
    """Mail that was numbered by itself when it was sent, the tenants that sent it, and its numbers in the whole."""

    ledger: Ledger
    tenancy: Tenancy
    numbers: NDArray[np.int64]


class _Unreached(NamedTuple):
    """Recipients whose mailbox takes mail, and who have not got theirs: the mail's number in the whole, and who."""

    mail: NDArray[np.int64]
    provider: NDArray[np.int64]


class Inboxes(NamedTuple):
    """All that is known of what became of a run's mail; per copy the seconds to the inbox, as `_waited_s` has them."""

    delivered: Delivered
    waited_s: Floats
    unreached: _Unreached
    deadline_s: float


class _Part(TypedDict):
    delivery: DeliveryCounts
    inbox_s: InboxTimes
    inbox_of_all_s: InboxOfAll


def inboxes_of(ledger: Ledger, delivery: Delivery | None, parts: Sequence[Part]) -> Inboxes | None:
    """None where nothing is known of what became of the mail."""
    delivered = ledger.delivered
    if delivery is None or delivered is None:
        return None
    each = [_unreached(part) for part in parts]
    unreached = _Unreached(*(np.concatenate(columns) for columns in zip(*each, strict=True)))
    return Inboxes(delivered, _waited_s(ledger, delivered), unreached, delivery.deadline_s)


def delivery_figures(known: Inboxes | None) -> DeliveryFigures:
    """Those of all mail, and of each provider; nothing where nothing is known."""
    if known is None:
        return {}
    whole = _part(known, np.ones(len(known.waited_s), bool), len(known.unreached.mail))
    figures = _with_reputation(whole, known.delivered.judged, known.delivered.judged_itself())
    return cast(DeliveryFigures, {**figures, "providers": [*_providers(known)]})


def delivery_of_account(known: Inboxes | None, mine: Mask, account: str) -> AccountInboxFigures:
    """Those of an account's own mails, `mine` by their numbers, and its reputation; nothing where nothing is known."""
    if known is None:
        return {}
    judged, itself = known.delivered.judged_of(account=account), known.delivered.judged_itself(account)
    return cast(AccountInboxFigures, _with_reputation(_of_mails(known, mine), judged, itself))


def delivery_of_tenant(known: Inboxes | None, mine: Mask, tenant: str) -> InboxFigures:
    """The same of a tenant."""
    if known is None:
        return {}
    judged = known.delivered.judged_of(tenant=tenant)
    return cast(InboxFigures, _with_reputation(_of_mails(known, mine), judged, None))


def _of_mails(known: Inboxes, mine: Mask) -> _Part:
    unreached = int(np.count_nonzero(mine[known.unreached.mail]))
    return _part(known, mine[known.delivered.copies["mail"]], unreached)


def _with_reputation(part: _Part, judged: Judged | None, itself: Judged | None) -> dict[str, Any]:
    """And what AWS made of somebody, together with tenants and without, as far as it is known."""
    told = {"reputation": judged, "own_reputation": itself}
    return {**part, **{name: one._asdict() for name, one in told.items() if one is not None}}


def _providers(known: Inboxes) -> Iterator[ProviderEntry]:
    unreached = np.bincount(known.unreached.provider, minlength=len(known.delivered.providers)).tolist()
    for number, name in enumerate(known.delivered.providers):
        mine = known.delivered.copies["provider"] == number
        yield {"provider": name, **_part(known, mine, unreached[number])}


def _part(known: Inboxes, mine: Mask, unreached: int) -> _Part:
    """Those of the copies that are `mine`."""
    in_inbox_s = known.waited_s[mine]
    in_inbox_s = in_inbox_s[~np.isnan(in_inbox_s)]
    sorted_s = Weighted.of(in_inbox_s, np.ones(len(in_inbox_s), np.int64))
    return {
        "delivery": _counts(known, mine, in_inbox_s, unreached),
        "inbox_s": cast(InboxTimes, distribution(sorted_s)),
        "inbox_of_all_s": cast(InboxOfAll, of_all(sorted_s, len(in_inbox_s) + unreached)),
    }


def _counts(known: Inboxes, mine: Mask, in_inbox_s: Floats, unreached: int) -> DeliveryCounts:
    copies, reachable = known.delivered.copies, len(in_inbox_s) + unreached
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


def _unreached(part: Part) -> _Unreached:
    """Those whose mailbox takes mail, and who have not got theirs, be it accepted or not.

    What a recipient is like depends on the seed alone, so that it is known of those whose mail was never accepted.
    """
    assert part.ledger.delivered is not None
    copies = part.ledger.delivered.copies
    settled = np.isin(copies["outcome"], (DELIVERED, BOUNCED, SUPPRESSED))
    keys = _keys_without(part.ledger, np.unique(_keys(copies, np.flatnonzero(settled))))
    natures = [part.tenancy.nature(key) for key in keys.tolist()]
    can_be = np.fromiter((one.kind in REACHABLE for one in natures), bool, len(natures))
    provider = np.fromiter((one.provider for one in natures), np.int64, len(natures))
    return _Unreached(part.numbers[keys[can_be] // PLACES], provider[can_be])


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
