"""Where mails begin in an mbox, and their headers: of whatever has written it, and in whatever way it marks mails.

Sources: RFC 4155, and what programs write instead. Thunderbird leaves out the sender, or all that follows `From `,
others the time, or the blank line before; one that tells a mail's length (mboxcl) leaves lines of the text as they are.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator

MOST_HEADER_LINES = 100_000
MOST_TEXT_BYTES = 64 << 20  # of a mail whose length is believed: no mail server takes as much

BOM = b"\xef\xbb\xbf"  # begins a file, and stands between joined ones
_BEGINNINGS = (b"From", BOM + b"From")
_MARK = 1_000  # bytes in which a mark has said what it is
_BARE = re.compile(rb"From[ \t]*\r?\n?")
_DATED = re.compile(
    rb"From .*\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),?\s+(?:[A-Z][a-z]{2} +\d?\d|\d?\d [A-Z][a-z]{2})\b.*\d:\d\d"
)
_SENDER = re.compile(rb"From (?:-|MAILER-DAEMON|\S+@\S+)\s")
_TIMED = re.compile(rb"From .*(?:\d:\d\d|\b\d{4}\b)")
_HEADER = re.compile(rb"[!-9;-~]+[ \t]*:")
_SECOND = re.compile(rb">+From ")  # a mark above the headers that a program has taken for text
_LENGTH = re.compile(rb"Content-Length[ \t]*:[ \t]*(\d{1,12})\s*", re.IGNORECASE)


def is_mark(start: bytes) -> bool:
    """Whether the first line of a file can begin an mbox."""
    return start.startswith(b"From ") or bool(_BARE.fullmatch(start.partition(b"\n")[0]))


def headers_of(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    """The header lines of each mail; of a header that does not end the first lines must do."""
    source, before, believes_lengths = _Lines(lines), b"", True
    for line in source:
        if line.startswith(_BEGINNINGS) and _begins_mail(line.removeprefix(BOM)[:_MARK], not before.strip(), source):
            headers = _header(source)
            yield headers
            believes_lengths = believes_lengths and _pass_over_text(headers, source)
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

    def give_back(self, lines: list[bytes]) -> None:
        self._ahead.extendleft(reversed(lines))


def _begins_mail(line: bytes, is_after_blank: bool, source: _Lines) -> bool:
    """One with a whole date does after a blank line; others need a header behind them, lest text begins a mail."""
    if is_after_blank and _DATED.match(line):
        return True
    return (_looks_like_mark(line) or (is_after_blank and bool(_TIMED.match(line)))) and _is_header(source)


def _is_header(source: _Lines) -> bool:
    """Whether a header follows, or a further mark and then a header."""
    marks: list[bytes] = []
    while (line := source.peek()) is not None and _SECOND.match(line) and len(marks) < 2:
        marks.append(next(source))
    source.give_back(marks)
    return line is not None and bool(_HEADER.match(line))


def _header(source: _Lines) -> list[bytes]:
    headers: list[bytes] = []
    while (line := source.peek()) is not None and _SECOND.match(line):
        next(source)
    while (line := source.peek()) is not None and line.strip() and not _looks_like_mark(line[:_MARK]):
        next(source)
        if len(headers) < MOST_HEADER_LINES:
            headers.append(line)
    return headers


def _looks_like_mark(line: bytes) -> bool:
    """Wherever it stands."""
    return bool(_BARE.fullmatch(line) or _SENDER.match(line) or _DATED.match(line))


def _pass_over_text(headers: list[bytes], source: _Lines) -> bool:
    """Whether a mail's length is right, or not told: it is wrong where no mail begins behind its text."""
    length = next((int(found[1]) for line in headers if (found := _LENGTH.fullmatch(line))), 0)
    if not 0 < length <= MOST_TEXT_BYTES or source.peek() is None:
        return True
    taken, left = [next(source)], length  # the blank line, which does not count
    while left > 0 and source.peek() is not None:
        taken.append(next(source))
        left -= len(taken[-1])
    while (line := source.peek()) is not None and not line.strip():
        taken.append(next(source))
    is_right = left == 0 and (line is None or line.startswith(b"From"))
    if not is_right:
        source.give_back(taken)
    return is_right
