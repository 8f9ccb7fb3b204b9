"""JSON objects out of a stream of bytes: one after another or in arrays, with newlines anywhere or nowhere."""

from __future__ import annotations

import json
import re
import zlib
from codecs import getincrementaldecoder
from collections.abc import Iterator
from gzip import BadGzipFile
from typing import NamedTuple, Protocol

from scenarios.errors import BadInput
from scenarios.events.envelopes import Document, as_document
from scenarios.formats.quoted import printable

LONGEST = 16 << 20  # characters of an object: Lambda is given 6 MB, and ReceiveMessage answers with ten times 1 MB
_CHUNK = 1 << 18
_BLANKS = re.compile("[ \t\r\n\ufeff]*")  # a mark stands between joined files, too
BROKEN = (EOFError, zlib.error, BadGzipFile)
FETCH_AGAIN = "its gzip is cut off or broken; fetch it again"


class Stream(Protocol):
    """A file, or one that is unpacked meanwhile."""

    def read1(self, size: int = ..., /) -> bytes: ...


class Placed(NamedTuple):
    """An object, and the line on which it begins."""

    line: int
    document: Document


def documents(stream: Stream, name: object) -> Iterator[Placed]:
    """As they come, from a pipe too; no more than a few of them are in memory. A text is the body of a message.

    Raises BadInput with name and line for what is cut off or is no JSON object, and for bytes that cannot be unpacked.
    """
    found = _Found()
    try:
        for text in _texts(stream):
            yield from found.objects(text)
    except UnicodeDecodeError as error:
        line = found.reached + error.object.count(b"\n", 0, error.start)
        raise BadInput(f"{printable(name)}:{line}: must be JSON objects: it is no UTF-8 text") from error
    except BROKEN as error:
        raise BadInput(f"{printable(name)}:{found.reached}: {FETCH_AGAIN}") from error
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{printable(name)}:{found.line}: must be JSON objects: {printable(error)}") from error


def _texts(stream: Stream) -> Iterator[str]:
    """The text in pieces, of which only the last one is empty."""
    decoder = getincrementaldecoder("utf-8-sig")()
    while chunk := stream.read1(_CHUNK):
        if text := decoder.decode(chunk):
            yield text
    if text := decoder.decode(b"", final=True):
        yield text
    yield ""


class _Found:
    """The text in which no whole object was found yet, and the line on which it begins."""

    def __init__(self) -> None:
        self.line, self._text, self._tried, self._is_in_array = 1, "", 0, False
        self._decode = json.JSONDecoder().raw_decode

    @property
    def reached(self) -> int:
        """The line on which the next piece begins."""
        return self.line + self._text.count("\n")

    def objects(self, more: str) -> Iterator[Placed]:
        """Those that a further piece completes, or the last one, which is empty. Raises ValueError, RecursionError.

        What is incomplete is looked at again once it is twice as long, so that no character is looked at often.
        """
        self._text += more
        if more and len(self._text) < 2 * self._tried:
            return
        start = self._step(0, 0)
        while start < len(self._text):
            if (mark := self._text[start]) in (",]" if self._is_in_array else "["):
                self._is_in_array = mark != "]"
                start = self._step(start, start + 1)
                continue
            try:
                document, end = self._decode(self._text, start)
            except json.JSONDecodeError:
                if not more or len(self._text) - start > LONGEST:
                    raise ValueError("the one that begins here is cut off or goes wrong") from None
                break
            except ValueError:
                raise ValueError("a number in it has thousands of digits") from None
            if not isinstance(document, dict | str):
                raise ValueError(f"found {self._text[start : min(end, start + 40)]}")
            yield Placed(self.line, as_document(document))
            start = self._step(start, end)
        if not more and self._is_in_array:
            raise ValueError("the array that they are in is cut off")
        self._text = self._text[start:]
        self._tried = len(self._text)

    def _step(self, start: int, end: int) -> int:
        """Behind the blanks that follow; the lines on the way are counted."""
        blanks = _BLANKS.match(self._text, end)
        behind = blanks.end() if blanks else end
        self.line += self._text.count("\n", start, behind)
        return behind
