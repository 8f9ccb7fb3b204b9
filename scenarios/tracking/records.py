"""SES's records of what the tracker hears: written for a topic, and read in its function."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from scenarios.events.envelopes import opened
from scenarios.events.events import event_of
from scenarios.tracking.notices import Notice
from strategies.tracking.states import Event, State

_KINDS = {
    "Send": State.SENT,
    "DeliveryDelay": State.DELAYED,
    "Delivery": State.DELIVERED,
    "Reject": State.REJECTED,
    "Rendering Failure": State.REJECTED,
    "Complaint": State.COMPLAINED,
}
_WORDS: Mapping[State, tuple[str, str, str, Mapping[str, Any]]] = {
    State.SENT: ("Send", "send", "", {}),
    State.DELAYED: ("DeliveryDelay", "deliveryDelay", "delayedRecipients", {"delayType": "General"}),
    State.RETURNED: ("Bounce", "bounce", "bouncedRecipients", {"bounceType": "Transient", "bounceSubType": "General"}),
    State.DELIVERED: ("Delivery", "delivery", "", {}),
    State.REJECTED: ("Reject", "reject", "", {"reason": "Bad content"}),
    State.COMPLAINED: ("Complaint", "complaint", "complainedRecipients", {}),
    State.BOUNCED: ("Bounce", "bounce", "bouncedRecipients", {"bounceType": "Permanent", "bounceSubType": "General"}),
}


def heard(text: str) -> list[Event]:
    """What a message tells, in seconds of Unix time; nothing where it is no record, such as SES's greeting."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return []
    event = event_of(opened(document)) if isinstance(document, dict) else None
    kind = None if event is None else _kind(event.kind, event.type)
    if event is None or kind is None:
        return []
    return [Event(event.message_id, one.address, kind, event.at_unix_s) for one in event.recipients]


def _kind(kind: str, bounce: str) -> State | None:
    """None for what says nothing of a mail's way, such as an Open."""
    if kind == "Bounce":
        return State.BOUNCED if bounce == "Permanent" else State.RETURNED
    return _KINDS.get(kind)


def told(notice: Notice, zero_unix_s: float) -> str:
    """The record that SES would publish; scenario second 0 is that second of Unix time."""
    first, recipients = notice.events[0], [event.recipient for event in notice.events]
    kind, key, listed, details = _WORDS[first.kind]
    at = _iso(zero_unix_s + notice.at_s)
    who = [{"emailAddress": one} for one in recipients] if listed else recipients
    about = {} if first.kind in (State.SENT, State.REJECTED) else {"timestamp": at, listed or "recipients": who}
    mail = {"timestamp": at, "messageId": first.message_id, "destination": recipients, "tags": {}}
    return json.dumps({"eventType": kind, "mail": mail, key: {**about, **details}})


def _iso(unix_s: float) -> str:
    return datetime.fromtimestamp(unix_s, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
