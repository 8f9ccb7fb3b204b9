"""Makes a trace out of what was really sent: SES events, an mbox or a maildir."""

from __future__ import annotations

import os
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from io import BufferedReader
from itertools import chain, takewhile
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from scenarios.errors import BadInput
from scenarios.events.documents import documents
from scenarios.events.envelopes import opened
from scenarios.events.files import unpacked
from scenarios.formats.quoted import printable
from scenarios.system.whole_files import is_same, is_stream
from scenarios.traffic import mbox
from scenarios.traffic.sent import NAMELESS, Found, of_event, of_header
from scenarios.traffic.trace_csv import write_trace

EVENTS, MBOX, MAILDIR = "events", "mbox", "maildir"

Column = np.ndarray[Any, Any]
_LONGEST_LINE = 256 << 20
_MOST_REASONS = 20
_NEITHER = 'is none of SES event JSON, mbox (before each mail a line that begins with "From ") and maildir'


class TraceSummary(NamedTuple):
    """What became of the input: mails and recipients written, the kind of input, and what is not in the trace.

    `left_out` counts by reason; `copies` are mails whose message id had been there; a zone that is `odd` counts as UTC.
    """

    mails: int
    recipients: int
    kind: str
    left_out: dict[str, int]
    copies: int = 0
    odd_zones: int = 0

    @property
    def skipped(self) -> int:
        return sum(self.left_out.values())

    def sentence(self) -> str:
        """All of it in a line."""
        parts = [f"{self.mails} mails, {self.recipients} recipients from {self.kind}", _listed(self.left_out)]
        if self.copies:
            parts.append(f"{self.copies} duplicates, whose message ids were there already")
        if self.odd_zones:
            parts.append(f"{self.odd_zones} times taken for UTC, whose zones are not known")
        return "; ".join(parts)


def kind_of(start: bytes) -> str | None:
    """What a file's first bytes say that it is: events or an mbox; None for neither."""
    text = start.removeprefix(mbox.BOM).lstrip()
    if text.startswith((b"{", b"[", b'"{')):
        return EVENTS
    return MBOX if mbox.is_mark(text) else None


def make_trace(source: Path, out: Path) -> TraceSummary:
    """Writes the mails found in `source` to the CSV file `out`, sorted by time, seconds since the first.

    SES events come as published, in whatever carries them; only Send events count. Of mboxes and maildirs the Date
    header tells the time and To, Cc and Bcc the recipients. A message id counts once. Files may be gzipped. Holds 20
    bytes a mail.

    Raises BadInput for an input that is missing or malformed, and for an output that cannot be written or is the input.
    """
    _keep_apart(source, out)
    try:
        kind, mails = _read(source)
    except OSError as error:
        raise BadInput(f"{printable(source)}: cannot be read: {error.strerror or error}") from error
    summary = mails.summary(kind)
    if not summary.mails:
        raise BadInput(
            f"{printable(source)}: holds no sent mail with a time and a recipient ({_listed(summary.left_out)})"
        )
    write_trace(out, *mails.rows())
    return summary


def _keep_apart(source: Path, out: Path) -> None:
    is_inside = Path(os.path.realpath(source)) in Path(os.path.realpath(out)).parents
    if not is_stream(out) and (is_inside or is_same(source, out)):
        raise BadInput(f"{printable(out)}: is part of the input; name another file for the trace")


class _Mails:
    """Those found, each once, and what was left out."""

    def __init__(self, found: Iterable[Found]) -> None:
        self._left_out = Counter[str]()
        times, counts, names, odd = array("d"), array("i"), array("Q"), array("b")
        for one in found:
            if isinstance(one, str):
                self._leave_out(one)
                continue
            times.append(one.at_unix_s)
            counts.append(one.recipients)
            names.append(one.name)
            odd.append(one.has_odd_zone)
        first = _firsts(np.frombuffer(names, np.uint64))
        self._copies = len(times) - len(first)
        self._odd_zones = int(np.frombuffer(odd, np.int8)[first].sum())
        self._at_s, self._recipients = np.frombuffer(times)[first], np.frombuffer(counts, np.int32)[first]

    def _leave_out(self, reason: str) -> None:
        self._left_out[reason if reason in self._left_out or len(self._left_out) < _MOST_REASONS else "others"] += 1

    def summary(self, kind: str) -> TraceSummary:
        left_out = dict(self._left_out.most_common())
        return TraceSummary(len(self._at_s), int(self._recipients.sum()), kind, left_out, self._copies, self._odd_zones)

    def rows(self) -> tuple[Column, Column]:
        order = np.argsort(self._at_s, kind="stable")
        return self._at_s[order] - self._at_s[order[0]], self._recipients[order]


def _firsts(names: Column) -> Column:
    """The places, in their order, of the first mail of each name, and of those without one."""
    _, places = np.unique(names, return_index=True)
    return np.union1d(places, np.flatnonzero(names == NAMELESS))


def _read(source: Path) -> tuple[str, _Mails]:
    if os.path.isdir(source):
        if not any(os.path.isdir(source / part) for part in ("cur", "new")):
            raise BadInput(f"{printable(source)}: is a directory but no maildir; a maildir holds cur and new")
        return MAILDIR, _Mails(_maildir(source))
    with unpacked(source) as file:  # once: a pipe cannot be read again
        kind = kind_of(start := file.peek())
        if kind == EVENTS:
            records = chain.from_iterable(opened(placed.document) for placed in documents(file, source))
            return kind, _Mails(map(of_event, records))
        if kind == MBOX:
            return kind, _Mails(map(of_header, mbox.headers_of(_lines(source, file))))
    raise BadInput(f"{printable(source)}: {_NEITHER if start.removeprefix(mbox.BOM).strip() else 'is empty'}")


def _lines(source: Path, file: BufferedReader) -> Iterator[bytes]:
    """As they come, from a pipe too. Raises BadInput for one that does not end."""
    while line := file.readline(_LONGEST_LINE):
        if len(line) == _LONGEST_LINE:
            raise BadInput(f"{printable(source)}: has a line of more than {_LONGEST_LINE >> 20} MB")
        yield line


def _maildir(source: Path) -> Iterator[Found]:
    for path in sorted(chain.from_iterable((source / part).glob("*") for part in ("cur", "new"))):
        if os.path.isfile(path):
            with unpacked(path) as file:
                header = takewhile(mbox.continues_header, _lines(path, file))
                yield of_header(b"".join(header).removeprefix(mbox.BOM))


def _listed(left_out: dict[str, int]) -> str:
    reasons = ", ".join(f"{count} {reason}" for reason, count in left_out.items())
    return f"{sum(left_out.values())} skipped{f': {reasons}' if reasons else ''}"
