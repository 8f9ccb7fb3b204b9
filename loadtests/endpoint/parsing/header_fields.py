"""The header fields of a MIME text, one after the other, as they stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from loadtests.endpoint.refusals import invalid

MOST_LINES = 100_000  # an assumption, each becomes some hundred bytes; the words are SES's (aws/aws-sdk-php#981)

_HEAD = re.compile(rb"(?:\A|\r\n|\r(?!\n)|\n)(?:\r\n|\r|\n)")  # ends with the first empty line
_NEXT = re.compile(rb"(?>\r\n|\r|\n)(?![ \t])")
_FOLD = re.compile(r"[\r\n]+")


class Field(NamedTuple):
    """A header field, unfolded; encoded words are not decoded."""

    name: str
    text: str


def fields_of(raw: bytes) -> list[Field]:
    """In their order. Bytes that are not ASCII are taken for UTF-8; a line without a colon is the name of a field.

    Raises Refused if there are more lines than a header can hold.
    """
    head = head_of(raw).strip(b"\r\n")
    if max(head.count(b"\r"), head.count(b"\n")) > MOST_LINES:
        raise invalid("Header section too long.")
    return list(map(_field, _NEXT.split(head))) if head else []


def head_of(raw: bytes) -> bytes:
    """What stands before the text."""
    end = _HEAD.search(raw)
    return raw[: end.end()] if end else raw


def texts(fields: Iterable[Field], name: str) -> Iterator[str]:
    """What the fields of this name say."""
    return (field.text for field in fields if field.name.lower() == name.lower())


def _field(line: bytes) -> Field:
    name, _, text = _FOLD.sub("", line.decode(errors="replace")).partition(":")
    return Field(name.strip(), text.strip())
