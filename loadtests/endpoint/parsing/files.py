"""The headers of a MIME text and of its parts, and the names of the files there; contents are not looked at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import Message as Part
from email.parser import BytesHeaderParser

from loadtests.endpoint.parsing.encoded_words import decoded
from loadtests.endpoint.parsing.header_fields import head_of
from loadtests.endpoint.parsing.json_text import well_formed

MOST_NAME = 255  # characters of a file's name
MOST_HEAD_BYTES = 65_536  # of a part's header: more is not looked at
_BOUNDARY = re.compile(rb'boundary[ \t]*=[ \t]*(?:"([^"]+)"|([^\s;"]+))', re.IGNORECASE)


def heads(raw: bytes) -> Iterator[bytes]:
    """In their order, the mail's own first."""
    boundaries = set[bytes]()
    for head in _heads(raw, boundaries):
        boundary = _BOUNDARY.search(head)
        if boundary:
            boundaries.add(boundary[1] or boundary[2])
        yield head


def file_name(head: bytes) -> str | None:
    """The name of the file that has this header, if it is one."""
    return name_of(BytesHeaderParser().parsebytes(head)) or None if b"name" in head.lower() else None


def name_of(part: Part) -> str:
    """Its file's name as people read it, on one line; empty if it has none, or none that can be read."""
    try:
        name = part.get_filename() or ""
    except ValueError:  # a charset of RFC 2231 that puts nothing in place of what it cannot read
        return ""
    return well_formed(decoded(" ".join(name.split())))[:MOST_NAME]


def _heads(raw: bytes, boundaries: set[bytes]) -> Iterator[bytes]:
    """The mail's header, then each part's; `boundaries` grow meanwhile."""
    head = head_of(raw)
    yield head
    line = raw.find(b"\n--", max(0, len(head) - 1)) if boundaries else -1
    while line >= 0:
        following = raw.find(b"\n--", line + 1)
        end = raw.find(b"\n", line + 1)
        if end >= 0 and raw[line + 3 : end].rstrip() in boundaries:
            most = end + 1 + MOST_HEAD_BYTES
            yield head_of(raw[end + 1 : min(following, most) if following >= 0 else most])
        line = following
