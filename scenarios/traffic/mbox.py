"""Where mails begin in an mbox, and their headers: of whatever has written it, and in whatever way it marks mails.

Sources: RFC 4155, and what programs write instead. Thunderbird leaves out the sender, or all that follows `From `,
others the time, or the blank line before; one that tells a mail's length (mboxcl) leaves lines of the text as they are.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from io import BytesIO
from itertools import chain

MOST_HEADER_BYTES = 32 << 20  # a hundred thousand recipients, each of 320 characters
MOST_TEXT_BYTES = 64 << 20  # of a mail whose length is believed: no mail server takes as much

BOM = b"\xef\xbb\xbf"  # begins a file, and stands between joined ones
_BEGINNINGS = (b"From", BOM + b"From", b"\0")  # a crash leaves a block of zeros
_MARK = 1_000  # bytes in which a mark has said what it is
_BARE = re.compile(rb"From[ \t]*\r?\n?")
_DATED = re.compile(
    rb"From .*\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),?\s+(?:[A-Z][a-z]{2} +\d?\d|\d?\d [A-Z][a-z]{2})\b.*\d:\d\d"
)
_FOREIGN = re.compile(
    rb"From .*(?:\b\d\d? +\d\d:\d\d(?::\d\d)?(?: +\S+)? +\d{4}(?: [+-]\d{4})?|\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d\S*)\s*$"
)  # in any language, and ISO 8601
_SENDER = re.compile(rb"From (?:-|<>|MAILER-DAEMON|\S+@\S+)\s")
_ALONE = re.compile(rb"From[ \t]+\S+\s*$")
_EMPTY = re.compile(rb"From[ \t]*(?:-|<>|MAILER-DAEMON|\S+@\S+)?\s*$")
_TIMED = re.compile(rb"From .*(?:\d:\d\d|\b\d{4}\b)")
_HEADER = re.compile(rb"[!-9;-~]+[ \t]*:")
_SECOND = re.compile(rb">+From ")  # a mark above the headers that a program has taken for text
_BLANK = re.compile(rb"\s*$")
_LENGTH = re.compile(rb"^Content-Length[ \t]*:[ \t]*(\d{1,12})\s*$", re.IGNORECASE | re.MULTILINE)


def is_mark(start: bytes) -> bool:
    """Whether the first line of a file can begin an mbox."""
    return start.startswith(b"From ") or bool(_BARE.fullmatch(start.partition(b"\n")[0]))


def continues_header(line: bytes) -> bool:
    """Whether it is no end: a line of blanks continues the one before."""
    return bool(line.strip(b"\r\n"))


def headers_of(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The header of each mail; of one that does not end the beginning must do."""
    source, before, believes_lengths = _Lines(lines), b"", True
    for line in source:
        if line.startswith(_BEGINNINGS) and _begins_mail(_start(line), not before.strip(), source):
            header = _header(source)
            yield header
            believes_lengths = believes_lengths and _pass_over_text(header, source)
            before = b""
        else:
            before = line


class _Lines:
    """Lines of which the next ones may be looked at before they are taken."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines, self._ahead = iter(lines), deque[bytes]()

    def peek(self) -> bytes | None:
        if not self._ahead:
            self._ahead.extend(line for line in [next(self._lines, None)] if line is not None)
        return self._ahead[0] if self._ahead else None

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return self._ahead.popleft() if self._ahead else next(self._lines)

    def give_back(self, text: bytes) -> None:
        """Once, or a few times: what is left of it is asked for each line."""
        self._lines, self._ahead = chain(BytesIO(text), self._ahead, self._lines), deque()

    def pass_over(self, kind: re.Pattern[bytes]) -> int:
        """How many lines of a kind it was."""
        count = 0
        while (line := self.peek()) is not None and kind.match(line):
            next(self)
            count += 1
        return count


def _start(line: bytes) -> bytes:
    return line.lstrip(b"\0").removeprefix(BOM)[:_MARK]


def _begins_mail(line: bytes, is_after_blank: bool, source: _Lines) -> bool:
    """One with a whole date does after a blank line; others need a header behind them, lest text begins a mail.

    A mail without a header is one if its mark stands alone between blank lines.
    """
    if is_after_blank and _DATED.match(line):
        return True
    if _looks_like_mark(line):
        return _is_header(source) or (is_after_blank and bool(_EMPTY.match(line)) and _is_end(source))
    return is_after_blank and bool(_TIMED.match(line) or _ALONE.match(line)) and _is_header(source)


def _is_header(source: _Lines) -> bool:
    """Whether a header follows, or further marks, which begin no mail themselves, and then a header."""
    source.pass_over(_SECOND)
    return (line := source.peek()) is not None and bool(_HEADER.match(line))


def _is_end(source: _Lines) -> bool:
    return (line := source.peek()) is None or not continues_header(line)


def _header(source: _Lines) -> bytes:
    header = bytearray()
    source.pass_over(_SECOND)
    while (line := source.peek()) is not None and continues_header(line) and not _ends_without_blank(line):
        header += next(source)[: MOST_HEADER_BYTES - len(header)]
    return bytes(header)


def _ends_without_blank(line: bytes) -> bool:
    return line.startswith(_BEGINNINGS) and _looks_like_mark(_start(line))


def _looks_like_mark(line: bytes) -> bool:
    """Wherever it stands."""
    return bool(_BARE.fullmatch(line) or _SENDER.match(line) or _DATED.match(line) or _FOREIGN.match(line))


def _pass_over_text(header: bytes, source: _Lines) -> bool:
    """Whether a mail's length is right, or not told: it is wrong where no mail begins behind its text."""
    found = _LENGTH.search(header)
    length = int(found[1]) if found else 0
    if not 0 < length <= MOST_TEXT_BYTES or (line := source.peek()) is None or continues_header(line):
        return True
    next(source)  # the blank line, which does not count
    text = bytearray()
    while len(text) < length and source.peek() is not None:
        text += next(source)
    is_whole = len(text) == length
    text += b"\n" * bool(source.pass_over(_BLANK))
    is_right = is_whole and ((line := source.peek()) is None or line.startswith(b"From"))
    if not is_right:
        source.give_back(b"\n" + text)
    return is_right
