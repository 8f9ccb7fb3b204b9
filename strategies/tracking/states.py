"""What is known of a mail's way to one recipient: a state that events can only raise."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import NamedTuple


class State(IntEnum):
    """Each says more than those before it, so that the highest that was ever told stands, in whatever order.

    A bounce stands above a complaint: both call for an act, but only the address that bounced gets no mail any more.
    """

    SENT = 1
    DELAYED = 2
    RETURNED = 3  # a soft bounce; as an out-of-office answer is one too, it says less than a delivery
    DELIVERED = 4
    REJECTED = 5
    COMPLAINED = 6
    BOUNCED = 7


class Event(NamedTuple):
    """What SES tells of one recipient of a mail; instants are seconds on the clock of whoever reads them."""

    message_id: str
    recipient: str
    kind: State
    at_s: float


class Status(NamedTuple):
    """How far a mail has come on its way to a recipient, and since when."""

    state: State
    at_s: float


def joined(known: Status | None, told: Event) -> Status:
    """What is known once an event is: the higher state and, of two alike, the earlier instant.

    It is the join of a lattice: associative, commutative and idempotent. So events that are told twice, late or in
    another order end in the same status.
    """
    new = Status(told.kind, told.at_s)
    return new if known is None else max(known, new, key=_height)


def _height(status: Status) -> tuple[State, float]:
    return status.state, -status.at_s


def needs_banner(statuses: Iterable[Status], now_s: float, ttl_s: float) -> bool:
    """Whether an address bounced within the TTL, so that its owner should be asked for another one."""
    return any(state == State.BOUNCED and now_s - at_s <= ttl_s for state, at_s in statuses)


def canonical(address: str) -> str:
    """An address as it stands in keys: no mailbox provider tells capitals apart."""
    return address.strip().lower()
