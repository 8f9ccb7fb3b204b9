"""Keeps events as a Parquet file, for DuckDB, Athena and QuickSight; no more than a part of it is in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from pathlib import Path

import pyarrow.parquet as pq

from reports.events.columns import SCHEMA, Row, batch_of, characters_of, rows_of
from scenarios.events.events import Event
from scenarios.system.whole_files import replaced

ROWS = 65_536
CHARACTERS = 1 << 24
"""Whichever is reached first is written: what one event says may be in the row of each of its recipients."""
ADVICE = "name a file that can be written to"


@contextmanager
def table_at(path: Path, since_unix_s: float = -inf) -> Iterator[Table]:
    """A table that hears events, without earlier ones; the file is there, whole, once the block has ended.

    Raises BadInput or RunFailed where it cannot be written, and leaves what was there.
    """
    with replaced(path, ADVICE) as unfinished, unfinished.open("wb") as file, pq.ParquetWriter(file, SCHEMA) as writer:
        table = Table(writer, since_unix_s)
        yield table
        table.write()


class Table:
    """The rows that wait to be written, and how many there were."""

    def __init__(self, writer: pq.ParquetWriter, since_unix_s: float) -> None:
        self.rows = 0
        self._writer, self._since_unix_s = writer, since_unix_s
        self._waiting: list[Row] = []
        self._characters = 0

    def hear(self, event: Event, /) -> None:
        if event.at_unix_s < self._since_unix_s:
            return
        for row in rows_of(event):
            self._waiting.append(row)
            self._characters += characters_of(row)
            if len(self._waiting) >= ROWS or self._characters >= CHARACTERS:
                self.write()

    def write(self) -> None:
        """What waits; an empty table has a row group, too."""
        self._writer.write_batch(batch_of(self._waiting))
        self.rows += len(self._waiting)
        self._waiting, self._characters = [], 0
