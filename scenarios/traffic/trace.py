"""Makes a trace out of what was really sent: SES events, an mbox or a maildir."""

from __future__ import annotations

import json
import os
import re
from array import array
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses, parsedate_to_datetime
from itertools import chain, takewhile
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from scenarios.errors import BadInput
from scenarios.schema.files import printable
from scenarios.traffic.trace_csv import MOST_RECIPIENTS, write_trace

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

    SES events come as JSON lines: as published, wrapped by SNS, or as Firehose stores them; only Send events count.
    Of mboxes and maildirs the Date header tells the time and To, Cc and Bcc the recipients. Holds 12 bytes a mail.

    Raises BadInput for an input that is missing or malformed, and for an output that cannot be written or is the input.
    """
    _keep_apart(source, out)
    try:
        kind, reader = _detect(source)
        at_s, recipients, skipped = _collect(reader(source))
    except OSError as error:
        raise BadInput(f"{printable(source)}: cannot be read: {_reason(error)}") from error
    if not len(at_s):
        raise BadInput(f"{printable(source)}: holds no sent mail with a time and a recipient ({skipped} skipped)")
    _write(out, at_s, recipients)
    return TraceSummary(len(at_s), int(recipients.sum()), skipped, kind)


def _keep_apart(source: Path, out: Path) -> None:
    inside = source.is_dir() and source.resolve() in out.resolve().parents
    if inside or (source.exists() and out.exists() and source.samefile(out)):
        raise BadInput(f"{printable(out)}: is part of the input; name another file for the trace")


def _detect(source: Path) -> tuple[str, Callable[[Path], _Found]]:
    if source.is_dir():
        if (source / "cur").is_dir() or (source / "new").is_dir():
            return "maildir", _maildir
        raise BadInput(f"{printable(source)}: is a directory but no maildir; a maildir holds cur and new")
    with source.open("rb") as file:
        start = file.read(65_536).removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"{"):
        return "events", _events
    if start.startswith(b"From "):
        return "mbox", _mbox
    raise BadInput(f"{printable(source)}: is none of SES event JSON lines, mbox and maildir")


def _collect(found: _Found) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], int]:
    times, counts, skipped = array("d"), array("i"), 0
    for sent in found:
        if sent is None or not 1 <= sent.recipients <= MOST_RECIPIENTS:
            skipped += 1
        else:
            times.append(sent.at_s)
            counts.append(sent.recipients)
    return np.frombuffer(times), np.frombuffer(counts, np.int32), skipped


def _write(out: Path, at_s: np.ndarray[Any, Any], recipients: np.ndarray[Any, Any]) -> None:
    order = np.argsort(at_s, kind="stable")
    write_trace(out, at_s[order] - at_s[order[0]], recipients[order])


def _reason(error: OSError) -> str:
    return os.strerror(error.errno or 0)


def _events(source: Path) -> _Found:
    with source.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                yield from map(_event, _documents(line.decode("utf-8-sig")))
            except (ValueError, RecursionError) as error:
                raise BadInput(f"{printable(source)}:{number}: must be JSON objects: {printable(error)}") from error


def _documents(line: str) -> Iterator[dict[str, Any]]:
    """The JSON objects of a line: one, or several without a break, as Firehose joins them."""
    decode, rest = json.JSONDecoder().raw_decode, line.strip()
    while rest:
        document, end = decode(rest)
        if not isinstance(document, dict):
            raise ValueError(f"found {rest[:end][:40]}")
        yield document
        rest = rest[end:].lstrip()


def _event(event: dict[str, Any]) -> _Sent | None:
    """A Send event's time and recipients; anything else, such as a Bounce or SNS's test message, is none."""
    try:
        if event.get("Type") == "Notification":
            event = json.loads(event["Message"])
        mail = event["mail"] if event["eventType"] == "Send" else None
        return mail and _Sent(_since_1970(datetime.fromisoformat(mail["timestamp"])), _length(mail["destination"]))
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def _length(destination: Any) -> int:
    return len(destination) if isinstance(destination, list) else 0


def _mbox(source: Path) -> _Found:
    with source.open("rb") as lines:
        for headers in _mbox_headers(lines):
            yield _mail(headers)


def _mbox_headers(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    """The header lines of each message; a message begins after a blank line, where `_MBOX_FROM` matches."""
    headers: list[bytes] | None = None
    after_blank = True
    for line in lines:
        blank = not line.strip()
        if after_blank and _MBOX_FROM.match(line):
            headers = []
        elif headers is not None and blank:
            yield headers
            headers = None
        elif headers is not None:
            headers.append(line)
        after_blank = blank
    if headers is not None:
        yield headers


def _maildir(source: Path) -> _Found:
    for path in sorted(chain.from_iterable((source / part).glob("*") for part in ("cur", "new"))):
        if path.is_file():
            with path.open("rb") as lines:
                yield _mail(takewhile(bytes.strip, lines))


def _mail(headers: Iterable[bytes]) -> _Sent | None:
    message = BytesHeaderParser().parsebytes(b"".join(headers))
    try:
        sent = parsedate_to_datetime(str(message["Date"]))
        return _Sent(_since_1970(sent), sum(bool(address) for _, address in getaddresses(_receivers(message))))
    except (ValueError, TypeError, OverflowError, IndexError):  # what email.utils raises, depending on the nonsense
        return None


def _receivers(message: Message) -> list[str]:
    return [str(value) for name in ("To", "Cc", "Bcc") for value in message.get_all(name, [])]


def _since_1970(instant: datetime) -> float:
    """Seconds since 1970; a time without a zone is taken for UTC, as a Date with -0000 asks."""
    return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).timestamp()
