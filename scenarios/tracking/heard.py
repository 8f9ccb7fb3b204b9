"""What SES's records tell a tracker. Its function reads them, so that nothing here needs more than Lambda brings."""

from __future__ import annotations

from itertools import chain

from scenarios.events.envelopes import Document, as_document, opened
from scenarios.events.events import event_of
from strategies.tracking.states import Event, State

_KINDS = {
    "Send": State.SENT,
    "DeliveryDelay": State.DELAYED,
    "Delivery": State.DELIVERED,
    "Reject": State.REJECTED,
    "Rendering Failure": State.REJECTED,
    "Complaint": State.COMPLAINED,
}


def heard(text: str) -> list[Event]:
    """What a message tells, in seconds of Unix time; nothing where it is no record, such as SES's greeting."""
    return list(chain.from_iterable(map(_told, opened(as_document(text)))))


def _told(record: Document) -> list[Event]:
    event = event_of(record)
    kind = None if event is None else _kind(event.kind, event.type)
    if event is None or kind is None:
        return []
    return [Event(event.message_id, one.address, kind, event.at_unix_s) for one in event.recipients]


def _kind(kind: str, bounce: str) -> State | None:
    """None for what says nothing of a mail's way, such as an Open."""
    if kind == "Bounce":
        return State.BOUNCED if bounce == "Permanent" else State.RETURNED
    return _KINDS.get(kind)
