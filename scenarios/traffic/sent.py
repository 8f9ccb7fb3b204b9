"""A mail that was sent, as its headers or SES's Send event tell: when, to how many, and which it was."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import getaddresses, parsedate_tz
from hashlib import blake2b
from typing import NamedTuple

from scenarios.events.envelopes import Document
from scenarios.events.events import event_of, name_of, unix_s
from scenarios.traffic.trace_csv import MOST_RECIPIENTS

NAMELESS = 0
_FIELD = re.compile(rb"^(date|to|cc|bcc|message-id)[ \t]*:(.*(?:\n[ \t].*)*+)", re.IGNORECASE | re.MULTILINE)
_TO = (b"to", b"cc", b"bcc")
_NAMED = re.compile(
    r"""((?:"(?:[^"\\]|\\.)*+"|\((?:[^()\\]|\\.)*+\)|\\.|[^"(\\,;:<>]++)++)(<[^<>]*+>)?""",  # in quotes, in brackets
    re.DOTALL,
)
"""A name, and its address if there is one."""
_NONSENSE = (ValueError, TypeError, OverflowError, IndexError, RecursionError)
"""What email.utils raises, depending on the kind."""
_LONGEST_DATE = 200  # characters, of which a zone's name in brackets may be many
_TIME = r"(\d:\d\d(?::\d\d)?)(?:\.\d+)?\s*"
_OFFSET = re.compile(rf"{_TIME}(?:GMT|UTC?)?\s*([+-])(\d\d?):?(\d\d)?(?!\d)")
_ZONE = re.compile(rf"{_TIME}([A-Za-z]+)")
_ZONES = frozenset(("UT", "UTC", "GMT", "Z", "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT", "AM", "PM"))
"""Those of RFC 5322, and what looks like one."""


class Sent(NamedTuple):
    """A mail; its `name`, of 64 bits, is that of all its copies. Of some the zone of its time is not known."""

    at_unix_s: float
    recipients: int
    name: int = NAMELESS
    has_odd_zone: bool = False


Found = Sent | str
"""A mail, or why something in the input is none, or does not say when it went and to how many."""


def of_event(record: Document) -> Found:
    """Only a Send event tells of a sent mail."""
    event = event_of(record)
    if event is None or event.kind != "Send":
        return name_of(record) if event is None else event.kind
    return _counted(Sent(event.at_unix_s, len(event.recipients), _name(_whole_id(record))), "Send")


def _whole_id(record: Document) -> str:
    """Not cut: ids may differ only at their ends."""
    found = record["mail"].get("messageId") if isinstance(record.get("mail"), dict) else None
    return found if isinstance(found, str) else ""


def of_header(header: bytes) -> Found:
    """The Date header tells the time; To, Cc and Bcc the recipients, as far as they are addresses."""
    try:
        fields = _fields(header)
        if not fields[b"date"]:
            return "without a Date"
        date = fields[b"date"][0][:_LONGEST_DATE]
        at_unix_s = _unix_s_of(date)
        if at_unix_s is None:
            return "with a Date that cannot be read"
        sent = Sent(at_unix_s, _receivers(fields), _name("".join(fields[b"message-id"][:1])), _has_odd_zone(date))
    except _NONSENSE:
        return "with headers that cannot be read"
    return _counted(sent, "")


def _fields(header: bytes) -> defaultdict[bytes, list[str]]:
    """Those that matter, unfolded; a line that belongs to none is passed over, as mail programs do."""
    fields = defaultdict[bytes, list[str]](list)
    for name, value in _FIELD.findall(header):
        fields[name.lower()].append(b" ".join(value.split()).decode("ascii", "replace"))
    return fields


def _counted(sent: Sent, kind: str) -> Found:
    if sent.recipients > MOST_RECIPIENTS:
        return f"{kind} to more than {MOST_RECIPIENTS:,} recipients".strip()
    return sent if sent.recipients else f"{kind} without a recipient".strip()


def _receivers(fields: Mapping[bytes, list[str]]) -> int:
    """Each header for itself: one that cannot be read takes no other with it."""
    named = (_NAMED.sub(_without_address_as_name, value) for header in _TO for value in fields.get(header, []))
    return sum("@" in address for field in named for _, address in getaddresses([field]))


def _without_address_as_name(named: re.Match[str]) -> str:
    """Programs that know no name repeat the address, unquoted, which email.utils takes for a mailbox of its own."""
    return named[2] if "@" in named[1] and "@" in (named[2] or "") else named[0]


def _unix_s_of(date: str) -> float | None:
    """Seconds since 1970; a time without a zone is in UTC, as a Date with -0000 asks, and with an unknown one, too."""
    parts = parsedate_tz(_OFFSET.sub(_as_usual, date))
    if parts is None:
        return unix_s(date.strip())
    *_, offset_s = parts
    if abs(offset_s or 0) >= 86_400:
        return None
    try:
        local = datetime(*parts[:5], min(parts[5], 59), tzinfo=UTC)
        found = (local - timedelta(seconds=offset_s or 0)).timestamp()
    except _NONSENSE:
        return None
    return found if found >= 0 else None


def _as_usual(offset: re.Match[str]) -> str:
    time, sign, hours, minutes = offset.groups()
    return f"{time} {sign}{hours:0>2}{minutes or '00'}"


def _has_odd_zone(date: str) -> bool:
    zone = _ZONE.search(_OFFSET.sub("", date))
    return zone is not None and zone[2].upper() not in _ZONES


def _name(message_id: str) -> int:
    """The same for the same id; of 10^8 mails two others have one with a probability of 3 in 10,000."""
    text = message_id.strip().encode(errors="replace")
    return int.from_bytes(blake2b(text, digest_size=8).digest()) or 1 if text else NAMELESS
