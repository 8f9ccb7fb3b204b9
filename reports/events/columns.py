"""The table of events: a row for each event and recipient, and what a column holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pyarrow as pa

from scenarios.events.events import Event, Recipient, sent_unix_s_of, subject_of, tags_of
from scenarios.events.failures import Failure, failure_of
from scenarios.events.reasons import reason_of

_WORD = pa.dictionary(pa.int32(), pa.string())
_INSTANT = pa.timestamp("ms")
"""In UTC and without saying so: with a zone, DuckDB would count days as the reader's clock does."""


Row = list[Any]
"""A value for each column."""


class _Told(NamedTuple):
    """One row's event and recipient; without a recipient the row still tells of the event."""

    event: Event
    recipient: Recipient
    failure: Failure | None
    tags: list[tuple[str, list[str]]]


class _Column(NamedTuple):
    kind: pa.DataType
    of: Callable[[_Told], Any]


COLUMNS = {
    "event_time": _Column(_INSTANT, lambda row: _ms(row.event.at_unix_s)),
    "sent_time": _Column(_INSTANT, lambda row: _ms(sent_unix_s_of(row.event))),
    "kind": _Column(_WORD, lambda row: row.event.kind),
    "recipient": _Column(pa.string(), lambda row: row.recipient.address or None),
    "domain": _Column(_WORD, lambda row: row.recipient.address.rpartition("@")[2] or None),
    "message_id": _Column(pa.string(), lambda row: row.event.message_id or None),
    "event_id": _Column(pa.string(), lambda row: row.event.key),
    "type": _Column(_WORD, lambda row: row.event.type or None),
    "subtype": _Column(_WORD, lambda row: row.event.subtype or None),
    "failure": _Column(_WORD, lambda row: row.failure and row.failure.value),
    "reason": _Column(_WORD, lambda row: row.failure and reason_of(row.event, row.recipient).value),
    "status": _Column(_WORD, lambda row: row.recipient.status or None),
    "diagnostic": _Column(pa.string(), lambda row: row.recipient.diagnostic or row.event.said or None),
    "subject": _Column(pa.string(), lambda row: subject_of(row.event) or None),
    "tags": _Column(pa.map_(pa.string(), pa.list_(pa.string())), lambda row: row.tags),
}
SCHEMA = pa.schema([(name, column.kind) for name, column in COLUMNS.items()])


def rows_of(event: Event) -> Iterator[Row]:
    """One for each recipient; one without where the event names none."""
    failure, tags = failure_of(event), list(tags_of(event).items())
    for recipient in event.recipients or (Recipient(""),):
        told = _Told(event, recipient, failure, tags)
        yield [column.of(told) for column in COLUMNS.values()]


def characters_of(row: Row) -> int:
    """About how much memory it takes."""
    *words, tags = row
    told = sum(len(name) + sum(map(len, values)) for name, values in tags)
    return told + sum(len(word) for word in words if isinstance(word, str))


def batch_of(rows: list[Row]) -> pa.RecordBatch:
    """The rows as columns."""
    values = zip(*rows, strict=True) if rows else [()] * len(COLUMNS)
    arrays = [pa.array(some, type=column.kind) for column, some in zip(COLUMNS.values(), values, strict=True)]
    return pa.record_batch(arrays, schema=SCHEMA)


def _ms(unix_s: float | None) -> int | None:
    return None if unix_s is None else round(unix_s * 1_000)
