"""The queries of the guide to events run on what `seslab events` writes, and answer what the guide shows.

SQLite runs the very text; the two functions that it lacks are DuckDB's and Athena's.
"""

from __future__ import annotations

import re
import sqlite3
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from reports.events.columns import SCHEMA
from seslab.app import run
from tests.docs.examples import ROOT

PAGE = (ROOT / "docs" / "guides" / "ask-your-events.md").read_text()
QUERIES = re.findall(r"```sql\n((?:SELECT|WITH).*?)```.*?\n\n(\| .*?)\n\n", PAGE, re.DOTALL)
EVENTS = ROOT / "docs" / "examples" / "bounces.jsonl"
ATHENA = {pa.timestamp("ms"): "timestamp", pa.map_(pa.string(), pa.list_(pa.string())): "map<string, array<string>>"}


@pytest.fixture(name="database")
def _database(tmp_path: Path) -> sqlite3.Connection:
    """The example's table, and a copy of each row behind it."""
    file = tmp_path / "events.parquet"
    run(["events", str(EVENTS), "--out", str(file)], "seslab")
    table = pq.read_table(file).drop_columns(["tags"])
    columns = ", ".join(table.column_names)
    database = sqlite3.connect(":memory:")
    database.create_function("date_trunc", 2, lambda _, at: f"{at[:10]} 00:00:00.000")
    database.create_function("date_diff", 3, lambda _, one, two: (_instant(two) - _instant(one)).total_seconds())
    database.execute(f"CREATE TABLE 'events.parquet' ({columns})")
    rows = [[_said(value) for value in row.values()] for row in table.to_pylist()]
    database.executemany(f"INSERT INTO 'events.parquet' VALUES ({', '.join('?' * table.num_columns)})", [*rows, *rows])
    return database


def _said(value: object) -> object:
    return value.isoformat(" ", "milliseconds") if isinstance(value, datetime) else value


def _instant(said: str) -> datetime:
    return datetime.fromisoformat(said)


@pytest.mark.parametrize(("query", "shown"), QUERIES, ids=["who-and-why", "rates"])
def test_a_query_answers_what_the_page_shows(database: sqlite3.Connection, query: str, shown: str) -> None:
    """Copies of events make no difference to it."""
    answer = database.execute(query)
    names = [column[0] for column in answer.description]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in shown.splitlines()]
    assert [names, *([str(value) for value in row] for row in answer)] == [rows[0], *rows[2:]]


def test_the_page_names_every_column() -> None:
    """In its table, and for Athena with its type; both in the file's order."""
    described = [name for cells in re.findall(r"^\| (`.*?) \| \w", PAGE, re.MULTILINE) for name in cells.split(", ")]
    assert [name.strip("`") for name in described] == SCHEMA.names
    told = re.findall(r"^  (\S+) (\w.*?),?$", PAGE.partition("CREATE EXTERNAL TABLE")[2], re.MULTILINE)
    assert [(name.strip("`"), kind) for name, kind in told] == [
        (field.name, ATHENA.get(field.type, "string")) for field in SCHEMA
    ]
