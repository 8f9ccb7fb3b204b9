"""What the requests of both APIs have in common: destinations, tags, and mail in MIME."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterable, Mapping, Sequence
from email.header import decode_header, make_header
from email.message import Message as Mime
from email.parser import BytesHeaderParser
from email.utils import formataddr, getaddresses
from typing import Any, NamedTuple, TypedDict

from loadtests.endpoint.message import Message
from loadtests.endpoint.refusals import invalid

TAGS_HEADER, SET_HEADER = "X-SES-MESSAGE-TAGS", "X-SES-CONFIGURATION-SET"


class Request(NamedTuple):
    """One call of either API: what it asks, the query's parameters, and who asks."""

    document: dict[str, Any]
    query: dict[str, list[str]]
    client: str


class Recipients(TypedDict):
    """The fields of a `Message` that say to whom it goes."""

    to: tuple[str, ...]
    cc: tuple[str, ...]
    bcc: tuple[str, ...]


def recipients(destination: Mapping[str, Any]) -> Recipients:
    """Those of a Destination; both APIs name its lists alike, and an empty list may come as an empty string."""
    to, cc, bcc = (tuple(destination.get(f"{name}Addresses") or ()) for name in ("To", "Cc", "Bcc"))
    return {"to": to, "cc": cc, "bcc": bcc}


def tags(listed: Iterable[Mapping[str, str]] | None) -> dict[str, str]:
    """Message tags by name."""
    return {tag["Name"]: tag["Value"] for tag in listed or ()}


def reply_to(addresses: Iterable[str] | None) -> tuple[tuple[str, str], ...]:
    """The header that asks for answers, if it is asked for."""
    joined = ", ".join(addresses or ())
    return (("Reply-To", joined),) if joined else ()


def text_of(content: Mapping[str, Any] | None) -> str:
    """A Content's text; a Content, or its Data, may be left out."""
    return str((content or {}).get("Data") or "")


def from_base64(text: str, what: str) -> bytes:
    """The bytes of a raw mail; raises Refused if `what` is not base64."""
    try:
        return b64decode(text)
    except (NotBase64, ValueError) as error:
        raise invalid(f"{what} must be base64.") from error


def message_from_mime(
    raw: bytes,
    source: str | None,
    listed: Recipients | None,
    more_tags: Mapping[str, str],
    configuration_set: str | None,
    caller: str,
) -> Message:
    """A mail handed in as MIME text, in whatever charset; what the request leaves out stands in the headers.

    `listed` recipients go before the headers'; so does a configuration set. Tags of both are taken.
    """
    mime = BytesHeaderParser().parsebytes(raw)
    headers = tuple((name, _text(value)) for name, value in mime.items())
    return Message(
        source=source or _text(mime["From"] or ""),
        **(listed or _recipients(mime)),
        subject=_text(mime["Subject"] or ""),
        raw=raw,
        headers=headers,
        tags=_tags(mime) | dict(more_tags),
        configuration_set=configuration_set or mime[SET_HEADER],
        caller=caller,
    )


def envelope(addresses: Sequence[str]) -> Recipients | None:
    """Recipients that stand beside a MIME text, if there are any."""
    return {"to": tuple(addresses), "cc": (), "bcc": ()} if addresses else None


def _recipients(mime: Mime) -> Recipients:
    to, cc, bcc = (_addresses(mime, name) for name in ("To", "Cc", "Bcc"))
    return {"to": to, "cc": cc, "bcc": bcc}


def _addresses(mime: Mime, name: str) -> tuple[str, ...]:
    pairs = getaddresses([_text(value) for value in mime.get_all(name, ())])
    return tuple(formataddr(pair) if pair[0] else pair[1] for pair in pairs if pair[1])


def _tags(mime: Mime) -> dict[str, str]:
    """`name=value, name=value`, as SES reads it from the header."""
    pairs = (item.partition("=") for value in mime.get_all(TAGS_HEADER, ()) for item in _text(value).split(","))
    return {name.strip(): value.strip() for name, equals, value in pairs if equals}


def _text(value: Any) -> str:
    """A header as people read it, whatever bytes it is made of."""
    try:
        return str(make_header(decode_header(value)))
    except (LookupError, UnicodeError, ValueError):
        return str(value)
