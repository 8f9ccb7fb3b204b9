"""What a MIME text is made of, for people to look at: a text, HTML, and files. Whatever it is, it is read somehow."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from contextlib import suppress
from email import message_from_bytes
from email.message import Message as Part
from typing import NamedTuple

from loadtests.endpoint.message import Attachment
from loadtests.endpoint.parsing.files import name_of
from loadtests.endpoint.parsing.json_text import well_formed
from loadtests.endpoint.publishing.mailbox import DECODED_MOST_LINES

QUADRATIC = ("punycode", "idna")  # codecs of names, in whose time a long text has never been read
MOST_FILES = 1_000


class Parts(NamedTuple):
    """The first plain text and the first HTML of a mail, and everything else."""

    text: str = ""
    html: str = ""
    files: tuple[Attachment, ...] = ()


def parts_of(raw: bytes) -> Parts:
    """The parts of a mail; none of one that has too many lines, or is nested beyond all use: its text remains."""
    if max(raw.count(b"\r"), raw.count(b"\n")) > DECODED_MOST_LINES:
        return Parts()
    try:
        return _sorted(_leaves(message_from_bytes(raw)))
    except MemoryError:
        raise
    except Exception:  # the standard library's parser fails in many ways on what is no MIME
        return Parts()


def _leaves(part: Part) -> Iterator[Part]:
    """The parts that hold something; a mail inside a mail is one."""
    if part.get_content_maintype() == "multipart" and part.is_multipart():
        for inner in part.get_payload():
            yield from _leaves(inner)  # type: ignore[arg-type]
    else:
        yield part


def _sorted(leaves: Iterator[Part]) -> Parts:
    shown: dict[str, str] = {}
    files: list[Attachment] = []
    for part in leaves:
        kind = part.get_content_type()
        if kind in ("text/plain", "text/html") and kind not in shown and not _is_file(part):
            shown[kind] = _text(part)
        elif len(files) < MOST_FILES:
            files.append(_file(part))
    return Parts(shown.get("text/plain", ""), shown.get("text/html", ""), tuple(files))


def _is_file(part: Part) -> bool:
    return part.get_content_disposition() == "attachment"


def _text(part: Part) -> str:
    """In the charset that the part names, if that is one of texts; else in UTF-8, which has ASCII in it."""
    content = _content(part)
    with suppress(LookupError, ValueError):
        charset = codecs.lookup(str(part.get_content_charset("utf-8"))).name
        if charset not in QUADRATIC:
            return well_formed(content.decode(charset, errors="replace"))
    return content.decode(errors="replace")


def _content(part: Part) -> bytes:
    payload = part.get_payload(decode=True)
    if isinstance(payload, bytes):
        return payload
    return b"".join(inner.as_bytes() for inner in part.get_payload() if isinstance(inner, Part))


def _file(part: Part) -> Attachment:
    content_id = str(part.get("Content-ID", "")).strip().strip("<>")
    is_inline = part.get_content_disposition() == "inline"
    return Attachment(name_of(part), part.get_content_type(), well_formed(content_id), is_inline, _content(part))
