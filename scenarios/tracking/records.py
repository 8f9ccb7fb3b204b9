"""SES's records as it would publish them of what is to be tracked; `heard` reads them again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from scenarios.formats.instants import to_millisecond
from scenarios.tracking.notices import Notice
from strategies.tracking.states import State

_WORDS: Mapping[State, tuple[str, str, str, Mapping[str, Any]]] = {
    State.SENT: ("Send", "send", "", {}),
    State.DELAYED: ("DeliveryDelay", "deliveryDelay", "delayedRecipients", {"delayType": "General"}),
    State.RETURNED: ("Bounce", "bounce", "bouncedRecipients", {"bounceType": "Transient", "bounceSubType": "General"}),
    State.DELIVERED: ("Delivery", "delivery", "", {}),
    State.REJECTED: ("Reject", "reject", "", {"reason": "Bad content"}),
    State.COMPLAINED: ("Complaint", "complaint", "complainedRecipients", {}),
    State.BOUNCED: ("Bounce", "bounce", "bouncedRecipients", {"bounceType": "Permanent", "bounceSubType": "General"}),
}


def told(notice: Notice, zero_unix_s: float) -> str:
    """The record that SES would publish; scenario second 0 is that second of Unix time."""
    first, recipients = notice.events[0], [event.recipient for event in notice.events]
    kind, key, listed, details = _WORDS[first.kind]
    at = to_millisecond(zero_unix_s + notice.at_s)
    who = [{"emailAddress": one} for one in recipients] if listed else recipients
    about = {} if first.kind in (State.SENT, State.REJECTED) else {"timestamp": at, listed or "recipients": who}
    mail = {"timestamp": at, "messageId": first.message_id, "destination": recipients, "tags": {}}
    return json.dumps({"eventType": kind, "mail": mail, key: {**about, **details}})
