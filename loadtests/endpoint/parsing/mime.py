"""Mail in MIME: its header fields as they stand, the addresses in them, and what is read out of both.

Addresses are parsed first and encoded words in their names decoded afterwards (RFC 5322, then RFC 2047): a comma that
is encoded separates nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from email.parser import BytesHeaderParser
from email.utils import quote
from typing import NamedTuple

from loadtests.endpoint.addresses import address_list
from loadtests.endpoint.message import Message, Recipients
from loadtests.endpoint.parsing.encoded_words import decoded
from loadtests.endpoint.refusals import invalid

TAGS_HEADER, SET_HEADER = "X-SES-MESSAGE-TAGS", "X-SES-CONFIGURATION-SET"
MOST_HEADER_LINES = 100_000  # an assumption; each becomes some hundred bytes
MOST_CHARACTERS = 102_400  # of addresses in fields of one name: an assumption, Postfix's default for a header field

_ADDRESSED = frozenset({"from", "sender", "reply-to", "to", "cc", "bcc", "return-path"})
_PLAIN = re.compile(r'[^][\\()<>@,:;".]*')  # a name without the special characters of RFC 5322
_HEAD = re.compile(rb"(?:\A|\r\n|\r(?!\n)|\n)(?:\r\n|\r|\n)")  # ends with the first empty line
_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"?|\([^()]*\)')  # strings, closed or not, and comments
_MARK = re.compile(r"[:;]")
_FOLD = re.compile(r"[\r\n]+")


class Field(NamedTuple):
    """A header field, unfolded; encoded words are not decoded."""

    name: str
    text: str


def message_from_mime(
    raw: bytes,
    source: str | None,
    listed: Recipients | None,
    more_tags: Mapping[str, str],
    configuration_set: str | None,
    caller: str,
) -> Message:
    """A mail handed in as MIME text, in whatever charset; what the request leaves out stands in the headers.

    `listed` recipients go before the headers'; so does a configuration set. Tags of both are taken. Raises Refused if
    there are more addresses, or more lines, than a header can hold.
    """
    fields = list(_fields(raw))
    return Message(
        source=source or next(iter(_addresses(fields, "from")), ""),
        **(listed or _recipients(fields)),
        subject=next((decoded(text) for text in _texts(fields, "subject")), ""),
        raw=raw,
        headers=tuple(_shown(fields)),
        tags=_tags(fields) | dict(more_tags),
        configuration_set=configuration_set or next(_texts(fields, SET_HEADER), None),
        caller=caller,
    )


def _fields(raw: bytes) -> Iterator[Field]:
    """In their order. Bytes that are not ASCII are taken for UTF-8."""
    for name, value in BytesHeaderParser().parsebytes(_head(raw)).raw_items():
        text = _FOLD.sub("", str(value)).strip()
        yield Field(_unicode(name), _unicode(text))


def _head(raw: bytes) -> bytes:
    """What stands before the text, which the parser would take to pieces line by line."""
    end = _HEAD.search(raw)
    head = raw[: end.end()] if end else raw
    if max(head.count(b"\r"), head.count(b"\n")) > MOST_HEADER_LINES:
        raise invalid(f"The header has more than {MOST_HEADER_LINES} lines.")
    return head


def _unicode(text: str) -> str:
    return text if text.isascii() else text.encode("ascii", "surrogateescape").decode(errors="replace")


def _texts(fields: Iterable[Field], name: str) -> Iterator[str]:
    return (field.text for field in fields if field.name.lower() == name.lower())


def _recipients(fields: Iterable[Field]) -> Recipients:
    to, cc, bcc = (_addresses(fields, name) for name in ("to", "cc", "bcc"))
    return {"to": to, "cc": cc, "bcc": bcc}


def _addresses(fields: Iterable[Field], name: str) -> tuple[str, ...]:
    joined = ", ".join(_texts(fields, name))
    if len(joined) > MOST_CHARACTERS:
        raise invalid(f"Header '{name.title()}' is longer than {MOST_CHARACTERS} characters.")
    if _has_stray_semicolon(joined):
        raise invalid("Illegal semicolon, not in group")
    return _read(joined)


def _has_stray_semicolon(text: str) -> bool:
    """Whether one ends no group: people write them between addresses, where RFC 5322 has commas."""
    in_group = False
    for mark in _MARK.findall(_QUOTED.sub("", text)):
        if mark == ";" and not in_group:
            return True
        in_group = mark == ":"
    return False


def _read(text: str) -> tuple[str, ...]:
    """A header's addresses, each with its name as people read it."""
    return tuple(_written(decoded(name), address) for name, address in address_list(text) if address)


def _written(name: str, address: str) -> str:
    if not name:
        return address
    return f"{name} <{address}>" if _PLAIN.fullmatch(name) else f'"{quote(name)}" <{address}>'


def _shown(fields: Iterable[Field]) -> Iterator[tuple[str, str]]:
    """The fields for people to read. Events hold no more than the first of them, so the rest stays as it is."""
    room = MOST_CHARACTERS
    for name, text in fields:
        room -= len(text)
        yield name, _readable(name, text) if room >= 0 else text


def _readable(name: str, text: str) -> str:
    return ", ".join(_read(text)) if name.lower() in _ADDRESSED else decoded(text)


def _tags(fields: Iterable[Field]) -> dict[str, str]:
    """`name=value, name=value`, as SES reads it from the header."""
    pairs = (item.partition("=") for text in _texts(fields, TAGS_HEADER) for item in decoded(text).split(","))
    return {name.strip(): value.strip() for name, equals, value in pairs if equals}
