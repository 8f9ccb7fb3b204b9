"""Mail in MIME: the addresses in its header fields, what SES says of them, and what is read out of both.

Addresses are parsed first and encoded words in their names decoded afterwards (RFC 5322, then RFC 2047): a comma that
is encoded separates nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from loadtests.endpoint.addresses import address_list
from loadtests.endpoint.message import ListManagement, Message, Recipients
from loadtests.endpoint.parsing.encoded_words import decoded
from loadtests.endpoint.parsing.files import file_name, heads
from loadtests.endpoint.parsing.header_fields import Field, fields_of, texts
from loadtests.endpoint.refusals import Refused, invalid
from loadtests.endpoint.validation.attachments import check_files
from loadtests.endpoint.validation.content_types import check_disposition, check_start, content_type
from loadtests.endpoint.validation.headers import check_names
from loadtests.endpoint.validation.mailbox import Mailbox, check, mailboxes, written

TAGS_HEADER, SET_HEADER = "X-SES-MESSAGE-TAGS", "X-SES-CONFIGURATION-SET"
LIST_HEADER = "X-SES-LIST-MANAGEMENT-OPTIONS"
TENANT_HEADER = "X-SES-TENANT"
OURS = (TAGS_HEADER, SET_HEADER, LIST_HEADER, TENANT_HEADER)
"""Fields that a mail has for SES alone."""
MOST_CHARACTERS = 102_400  # of addresses in fields of one name: an assumption, Postfix's default for a header field

_ADDRESSED = ("from", "sender", "return-path", "to", "cc", "bcc", "reply-to")
_SENDERS = _ADDRESSED[:3]
_LINE_BREAK = re.compile(r"[\r\n]+")


class Read(NamedTuple):
    """What a MIME text says of addresses, as people read them, by the names of fields; or what SES says of the text."""

    addresses: Mapping[str, tuple[str, ...]]
    flaw: Refused | None


def message_from_mime(
    raw: bytes,
    source: str | None,
    listed: Recipients | None,
    more_tags: Mapping[str, str],
    configuration_set: str | None,
) -> Message:
    """A mail handed in as MIME text, in whatever charset; what the request leaves out stands in the headers.

    `listed` recipients take the place of the headers'; so do tags and a configuration set. Raises Refused if there are
    more addresses, or more lines, than a header can hold; whatever else SES does not like is the message's `flaw`.
    """
    fields = fields_of(raw)
    addresses, flaw = _read(raw, fields)
    return Message(
        source=source or next(iter(addresses.get("from", ())), ""),
        **(listed or _recipients(addresses)),
        subject=next((decoded(text) for text in texts(fields, "subject")), ""),
        raw=raw,
        headers=tuple(_shown(fields)),
        tags=dict(more_tags) or _tags(fields),
        configuration_set=configuration_set or next(texts(fields, SET_HEADER), None),
        list_management=next(map(_list_management, texts(fields, LIST_HEADER)), None),
        tenant=next(texts(fields, TENANT_HEADER), None),
        more_senders=tuple(address for name in _SENDERS for address in addresses.get(name, ())),
        flaw=flaw,
    )


def _read(raw: bytes, fields: list[Field]) -> Read:
    listed = {name: _joined(fields, name) for name in _ADDRESSED}
    try:
        check_names([field.name for field in fields])
        addresses = {name: _mailboxes(text) for name, text in listed.items() if text}
        for kind in texts(fields, "content-type"):
            check_start(content_type(kind), raw)
        for head in heads(raw):
            _check_part(head)
    except Refused as refused:
        return Read({}, refused.with_traceback(None))  # whose frames would keep the text
    return Read({name: tuple(map(_readable, found)) for name, found in addresses.items()}, None)


def _check_part(head: bytes) -> None:
    """The mail's own header is looked at like that of a part."""
    if b"content-" in head.lower():
        fields = fields_of(head)
        for text in texts(fields, "content-type"):
            content_type(text)
        for text in texts(fields, "content-disposition"):
            check_disposition(text)
    check_files(filter(None, [file_name(head)]))


def _joined(fields: Iterable[Field], name: str) -> str:
    joined = ", ".join(texts(fields, name))
    if len(joined) > MOST_CHARACTERS:
        raise invalid(f"Header '{name.title()}' is longer than {MOST_CHARACTERS} characters.")
    return joined


def _mailboxes(text: str) -> list[Mailbox]:
    found = mailboxes(text)
    check(found)
    return found


def _recipients(addresses: Mapping[str, tuple[str, ...]]) -> Recipients:
    to, cc, bcc = (addresses.get(name, ()) for name in ("to", "cc", "bcc"))
    return {"to": to, "cc": cc, "bcc": bcc}


def _readable(mailbox: Mailbox) -> str:
    return written(_LINE_BREAK.sub(" ", decoded(mailbox.name)), mailbox.address)


def _shown(fields: Iterable[Field]) -> Iterator[tuple[str, str]]:
    """The fields for people to read. Events hold no more than the first of them, so the rest stays as it is."""
    room = MOST_CHARACTERS
    for name, text in fields:
        room -= len(text)
        yield name, _shown_text(name, text) if room >= 0 else text


def _shown_text(name: str, text: str) -> str:
    return ", ".join(map(_readable, address_list(text))) if name.lower() in _ADDRESSED else decoded(text)


def _list_management(text: str) -> ListManagement:
    """`{contactListName}; topic={topicName}`, as SES reads it; the topic may be left out."""
    name, _, parameter = text.partition(";")
    key, _, topic = parameter.partition("=")
    return ListManagement(name.strip(), topic.strip() or None if key.strip().lower() == "topic" else None)


def _tags(fields: Iterable[Field]) -> dict[str, str]:
    """`name=value, name=value`, as SES reads it from the header; what has no value lacks it."""
    items = (item for text in texts(fields, TAGS_HEADER) for item in decoded(text).split(",") if item.strip())
    pairs = (item.partition("=") for item in items)
    return {name.strip(): value.strip() for name, _, value in pairs}
