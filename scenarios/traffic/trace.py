"""Makes a trace out of what was really sent: SES events, an mbox or a maildir."""

from __future__ import annotations

import os
import re
from array import array
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses, parsedate_to_datetime
from io import BufferedReader
from itertools import chain, takewhile
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np

from scenarios.errors import BadInput
from scenarios.events.documents import Placed, documents
from scenarios.events.envelopes import opened
from scenarios.events.events import event_of
from scenarios.schema.files import printable
from scenarios.system.whole_files import is_same, is_stream
from scenarios.traffic.trace_csv import MOST_RECIPIENTS, write_trace

Column = np.ndarray[Any, Any]
_PEEKED = 65_536
_LONGEST_LINE = 256 << 20
_MOST_HEADER_LINES = 100_000
_NONSENSE = (ValueError, TypeError, OverflowError, IndexError, RecursionError)
"""What email.utils raises, depending on the kind."""
_MBOX_FROM = re.compile(rb"From \S+ .*\d:\d\d")  # with the time, lest a text that says From begins a mail


class TraceSummary(NamedTuple):
    """What became of the input: mails and recipients written, things skipped, and the kind of input."""

    mails: int
    recipients: int
    skipped: int
    kind: str


class _Sent(NamedTuple):
    at_s: float  # since 1970
    recipients: int


_Found = Iterator[_Sent | None]
"""One for each thing in the input; None for one that is no sent mail or does not say when it went and to how many."""


def make_trace(source: Path, out: Path) -> TraceSummary:
    """Writes the mails found in `source` to the CSV file `out`, sorted by time, seconds since the first.

    SES events come as published, wrapped by SNS or EventBridge, or as Firehose stores them; only Send events count.
    Of mboxes and maildirs the Date header tells the time and To, Cc and Bcc the recipients. Holds 12 bytes a mail.

    Raises BadInput for an input that is missing or malformed, and for an output that cannot be written or is the input.
    """
    _keep_apart(source, out)
    try:
        kind, at_s, recipients, skipped = _read(source)
    except OSError as error:
        raise BadInput(f"{printable(source)}: cannot be read: {error.strerror or error}") from error
    if not len(at_s):
        raise BadInput(f"{printable(source)}: holds no sent mail with a time and a recipient ({skipped} skipped)")
    _write(out, at_s, recipients)
    return TraceSummary(len(at_s), int(recipients.sum()), skipped, kind)


def _keep_apart(source: Path, out: Path) -> None:
    is_inside = Path(os.path.realpath(source)) in Path(os.path.realpath(out)).parents
    if not is_stream(out) and (is_inside or is_same(source, out)):
        raise BadInput(f"{printable(out)}: is part of the input; name another file for the trace")


def _read(source: Path) -> tuple[str, Column, Column, int]:
    if os.path.isdir(source):
        if not any(os.path.isdir(source / part) for part in ("cur", "new")):
            raise BadInput(f"{printable(source)}: is a directory but no maildir; a maildir holds cur and new")
        return "maildir", *_collect(_maildir(source))
    with BufferedReader(source.open("rb", buffering=0), _PEEKED) as file:  # once: a pipe cannot be read again
        start = file.peek().removeprefix(b"\xef\xbb\xbf").lstrip()
        if start.startswith(b"{"):
            return "events", *_collect(map(_event, documents(file, source)))
        if start.startswith(b"From "):
            return "mbox", *_collect(map(_mail, _mbox_headers(_lines(source, file))))
    raise BadInput(f"{printable(source)}: is none of SES event JSON lines, mbox and maildir")


def _lines(source: Path, file: IO[bytes]) -> Iterator[bytes]:
    """As they come, from a pipe too. Raises BadInput for one that does not end."""
    while line := file.readline(_LONGEST_LINE):
        if len(line) == _LONGEST_LINE:
            raise BadInput(f"{printable(source)}: has a line of more than {_LONGEST_LINE >> 20} MB")
        yield line


def _collect(found: _Found) -> tuple[Column, Column, int]:
    times, counts, skipped = array("d"), array("i"), 0
    for sent in found:
        if sent is None or not 1 <= sent.recipients <= MOST_RECIPIENTS:
            skipped += 1
        else:
            times.append(sent.at_s)
            counts.append(sent.recipients)
    return np.frombuffer(times), np.frombuffer(counts, np.int32), skipped


def _write(out: Path, at_s: Column, recipients: Column) -> None:
    order = np.argsort(at_s, kind="stable")
    write_trace(out, at_s[order] - at_s[order[0]], recipients[order])


def _event(found: Placed) -> _Sent | None:
    """A Send event's time and recipients; anything else, such as a Bounce or SNS's test message, is none."""
    event = event_of(opened(found.document))
    if event is None or event.kind != "Send":
        return None
    return _Sent(event.at_unix_s, len(event.recipients))


def _mbox_headers(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    """The header lines of each message; a message begins after a blank line, where `_MBOX_FROM` matches.

    Of a header that does not end the first lines must do.
    """
    headers: list[bytes] | None = None
    after_blank = True
    for line in lines:
        blank = not line.strip()
        if after_blank and _MBOX_FROM.match(line):
            headers = []
        elif headers is not None and blank:
            yield headers
            headers = None
        elif headers is not None and len(headers) < _MOST_HEADER_LINES:
            headers.append(line)
        after_blank = blank
    if headers is not None:
        yield headers


def _maildir(source: Path) -> _Found:
    for path in sorted(chain.from_iterable((source / part).glob("*") for part in ("cur", "new"))):
        if os.path.isfile(path):
            with path.open("rb") as file:
                yield _mail(takewhile(bytes.strip, _lines(path, file)))


def _mail(headers: Iterable[bytes]) -> _Sent | None:
    message = BytesHeaderParser().parsebytes(b"".join(headers))
    try:
        sent = parsedate_to_datetime(str(message["Date"]))
        return _Sent(_since_1970(sent), sum(bool(address) for _, address in getaddresses(_receivers(message))))
    except _NONSENSE:
        return None


def _receivers(message: Message) -> list[str]:
    return [str(value) for name in ("To", "Cc", "Bcc") for value in message.get_all(name, [])]


def _since_1970(instant: datetime) -> float:
    """Seconds since 1970; a time without a zone is taken for UTC, as a Date with -0000 asks."""
    return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).timestamp()
