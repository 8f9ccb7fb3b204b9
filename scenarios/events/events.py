"""SES's records as values with types: what happened to a mail, when, and to which of its recipients.

Source: Amazon SES Developer Guide, "Contents of event data that Amazon SES publishes to Amazon SNS" and "Amazon SNS
notification contents for Amazon SES". Fields may be missing and others may come: nothing but a time is insisted on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.header import decode_header, make_header
from typing import Any, NamedTuple

from scenarios.events.envelopes import Document, carrier_of, is_text, kind_of
from scenarios.formats.quoted import cut, printable

MOST_CHARACTERS = 1_000  # that are kept of one text
MOST_TAGS = 50
_LONGEST_ADDRESS = 320
_NAMED = re.compile(r"<([^<>@]*@[^<>]*)>\s*")
_OF_A_NOTIFICATION = re.compile(r"\s*rfc822\s*;", re.IGNORECASE)
_ZONE_APART = re.compile(r"\s+(?=[+-]\d)")  # as in an example of SES's: 2018-10-08T14:05:45 +0000


class Recipient(NamedTuple):
    """One recipient, and what a delivery status notification says of it: `5.1.1`, `smtp; 550 5.1.1 user unknown`."""

    address: str
    status: str = ""
    diagnostic: str = ""


class Event(NamedTuple):
    """What a record tells.

    `type` and `subtype` are those of a bounce or a complaint, or the type of a delay; `said` is the reason of a
    rejection, the error of a rendering or the answer of a server. `record` is the whole, with fields unknown here.
    """

    kind: str
    at_unix_s: float
    message_id: str
    recipients: tuple[Recipient, ...]
    type: str
    subtype: str
    said: str
    feedback_id: str
    expires_unix_s: float | None
    record: Document

    @property
    def key(self) -> str:
        """The same for all copies of a record, together with its kind and a recipient."""
        return self.feedback_id or self.message_id or str(self.at_unix_s)


class _Shape(NamedTuple):
    """Where a kind of record has its details: keys, empty where it has none."""

    details: str
    recipients: str = ""
    type: str = ""
    subtype: str = ""
    said: str = ""


_SHAPES = {
    "Send": _Shape("send"),
    "Delivery": _Shape("delivery", "recipients", said="smtpResponse"),
    "Bounce": _Shape("bounce", "bouncedRecipients", "bounceType", "bounceSubType"),
    "Complaint": _Shape("complaint", "complainedRecipients", "complaintFeedbackType", "complaintSubType"),
    "Reject": _Shape("reject", said="reason"),
    "Rendering Failure": _Shape("failure", said="errorMessage"),
    "DeliveryDelay": _Shape("deliveryDelay", "delayedRecipients", "delayType"),
    "Open": _Shape("open"),
    "Click": _Shape("click"),
    "Subscription": _Shape("subscription"),
}
KINDS = frozenset(_SHAPES)


def event_of(record: Document) -> Event | None:
    """None for a kind that is not known here, and for a record that names no time."""
    shape = _SHAPES.get(kind_of(record))
    if shape is None:
        return None
    mail, details = _table(record.get("mail")), _table(record.get(shape.details))
    at_unix_s = unix_s(details.get("timestamp")) or unix_s(mail.get("timestamp"))
    if at_unix_s is None:
        return None
    listed = details.get(shape.recipients) if shape.recipients else mail.get("destination")
    return Event(
        kind=kind_of(record),
        at_unix_s=at_unix_s,
        message_id=_text(mail.get("messageId")),
        recipients=tuple(_recipients(listed)),
        type=_text(details.get(shape.type)),
        subtype=_text(details.get(shape.subtype)),
        said=_text(details.get(shape.said)),
        feedback_id=_text(details.get("feedbackId")),
        expires_unix_s=unix_s(details.get("expirationTime")),
        record=record,
    )


def name_of(record: Document) -> str:
    """What a record is called that is left out."""
    kind = kind_of(record)
    if kind in KINDS:
        return f"{kind} without a time"
    return printable(cut(kind or carrier_of(record) or ("text" if is_text(record) else "what is no event")))


def sent_unix_s_of(event: Event) -> float | None:
    """When SES accepted the mail; None where the record does not tell."""
    return unix_s(_table(event.record.get("mail")).get("timestamp"))


def subject_of(event: Event) -> str:
    """The mail's, where the record holds headers: it does not before a template is filled, or if it was told not to."""
    mail = _table(event.record.get("mail"))
    said = _text(_table(mail.get("commonHeaders")).get("subject")) or _header(mail, "subject")
    return _decoded(said) if "=?" in said else said


def tags_of(event: Event) -> dict[str, list[str]]:
    """The mail's tags, the sender's and SES's own, in the order of their names."""
    tags = _table(_table(event.record.get("mail")).get("tags"))
    names = sorted(tags)[:MOST_TAGS]
    return {name[:MOST_CHARACTERS]: [_text(value) for value in _list(tags[name])][:MOST_TAGS] for name in names}


def unix_s(timestamp: Any) -> float | None:
    """Of a timestamp in ISO 8601; without a zone it is UTC. None for anything else, and for one before Unix's time."""
    try:
        at = datetime.fromisoformat(timestamp)
    except (TypeError, ValueError):
        try:
            at = datetime.fromisoformat(_ZONE_APART.sub("", timestamp))
        except (TypeError, ValueError):
            return None
    try:
        found = (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    except OverflowError:
        return None
    return found if found >= 0 else None


def bare(address: str) -> str:
    """`me@example.com` of `Me <ME@example.com>`: providers do not tell addresses apart by their letters' case."""
    named = _NAMED.search(address) if "<" in address else None
    plain = named[1] if named else _OF_A_NOTIFICATION.sub("", address, 1) if ";" in address else address
    return plain.strip().lower()[:_LONGEST_ADDRESS]


def _recipients(listed: Any) -> Iterator[Recipient]:
    for one in _list(listed):
        about = one if isinstance(one, dict) else {"emailAddress": one}
        if address := bare(_text(about.get("emailAddress"))):
            yield Recipient(address, _text(about.get("status")), _text(about.get("diagnosticCode")))


def _header(mail: Document, name: str) -> str:
    for header in map(_table, _list(mail.get("headers"))):
        if _text(header.get("name")).lower() == name:
            return _text(header.get("value"))
    return ""


def _decoded(said: str) -> str:
    """What a header spells out for old mail servers, such as `=?utf-8?q?Gr=C3=BC=C3=9Fe?=`."""
    try:
        return str(make_header(decode_header(said)))[:MOST_CHARACTERS]
    except (ValueError, LookupError):
        return said


def _text(value: Any) -> str:
    return value[:MOST_CHARACTERS] if isinstance(value, str) else ""


def _table(value: Any) -> Document:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
