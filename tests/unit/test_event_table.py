"""Laws of the table of events: a row for each event and recipient, whatever is read at once."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import hypothesis.strategies as st
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings

from reports.events import parquet
from reports.events.columns import SCHEMA
from reports.events.reading import Listener
from scenarios.errors import BadInput
from scenarios.events.events import event_of, unix_s
from seslab.app import run
from tests.unit.ses_records import WHO, Record, at, bounce, complaint, delivery, others, sns
from tests.unit.test_bounces import EVENTS


def table_of(*events: Record, since_unix_s: float = 0.0) -> list[dict[str, Any]]:
    """The rows that are read back."""
    with TemporaryDirectory() as folder:
        file = Path(folder, "events.parquet")
        with parquet.table_at(file, since_unix_s) as table:
            listener = Listener(table, lambda _: None)
            for event in events:
                assert listener.hear(event)
        read = pq.read_table(file, partitioning=None)
    assert read.schema.equals(SCHEMA)
    assert read.num_rows == table.rows
    rows: list[dict[str, Any]] = read.to_pylist()
    return rows


@settings(max_examples=40)
@given(st.lists(EVENTS, max_size=8), st.sampled_from([1, 2, 65_536]), st.sampled_from([1, 1 << 24]))
def test_each_event_and_recipient_has_a_row(events: list[Record], rows: int, characters: int) -> None:
    """In the order in which they are heard, however many rows are written at once, with what the event says."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parquet, "ROWS", rows)
        patch.setattr(parquet, "CHARACTERS", characters)
        made = table_of(*events)
    heard = [event for record in events if (event := event_of(record))]
    wanted = [(event, one.address) for event in heard for one in event.recipients]
    assert [(row["kind"], row["recipient"], row["event_id"]) for row in made] == [
        (event.kind, address, event.key) for event, address in wanted
    ]
    for row, (event, address) in zip(made, wanted, strict=True):
        assert unix_s(f"{row['event_time']}Z") == pytest.approx(event.at_unix_s, abs=1e-3)
        assert row["domain"] == address.partition("@")[2]
        assert (row["failure"] is None) == (row["reason"] is None)


def test_a_row_tells_what_the_event_tells() -> None:
    """With words of ours beside SES's own, and null for what is not told."""
    [row] = table_of(bounce(5, "Transient", "MailboxFull", status="4.2.2", diagnosticCode="452 full"))
    assert (str(row["event_time"]), str(row["sent_time"])) == ("2026-11-02 12:00:05", "2026-11-02 12:00:00")
    assert (row["type"], row["subtype"], row["failure"], row["reason"]) == (
        "Transient", "MailboxFull", "soft bounce", "mailbox-full",
    )  # fmt: skip
    assert (row["status"], row["diagnostic"], row["subject"]) == ("4.2.2", "452 full", "Subject of m")
    assert dict(row["tags"]) == {"campaign": ["autumn"], "ses:configuration-set": ["shop"]}
    [row] = table_of(delivery(5))
    assert [row[name] for name in ("type", "failure", "reason", "status", "diagnostic")] == [None] * 4 + ["250 OK"]


def test_an_event_without_a_recipient_has_a_row() -> None:
    """What was heard is there: a bounce that names nobody is a bounce."""
    nobody = bounce(5)
    nobody["bounce"]["bouncedRecipients"] = []
    assert [(row["kind"], row["recipient"], row["domain"]) for row in table_of(nobody)] == [("Bounce", None, None)]
    assert table_of() == []


def test_earlier_events_are_left_out() -> None:
    """Those before the instant; a complaint of several recipients has a row for each."""
    made = table_of(bounce(5), complaint(60, WHO, "ben@example.org"), since_unix_s=unix_s(at(60)) or 0)
    assert [row["recipient"] for row in made] == [WHO, "ben@example.org"]


def test_a_broken_file_leaves_what_was_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command writes the whole table or nothing, and says what it has read."""
    source, out = tmp_path / "events.jsonl", tmp_path / "events.parquet"
    source.write_text("".join(json.dumps(sns(one)) + "\n" for one in others()))
    run(["events", str(source), "--out", str(out)], "seslab")
    assert capsys.readouterr().err.endswith("6 rows\n")
    before = out.read_bytes()
    source.write_text(source.read_text()[:-40])
    with pytest.raises(BadInput, match=r"events\.jsonl:6"):
        run(["events", str(source), "--out", str(out)], "seslab")
    assert out.read_bytes() == before
    assert sorted(tmp_path.iterdir()) == [source, out]


@pytest.mark.parametrize("out", ["events/a.jsonl", "events/table.parquet", "link.jsonl"])
def test_what_is_read_is_not_written_over(tmp_path: Path, out: str) -> None:
    """Neither a file of events nor anything in their folder, by whatever name; the events stay as they are."""
    folder = tmp_path / "events"
    folder.mkdir()
    (folder / "a.jsonl").write_text(json.dumps(bounce(5)))
    (tmp_path / "link.jsonl").symlink_to(folder / "a.jsonl")
    with pytest.raises(BadInput, match=r"lies in .*events, which is read; name another file"):
        run(["events", str(folder), "--out", str(tmp_path / out)], "seslab")
    assert [(path.name, path.read_text()) for path in folder.iterdir()] == [("a.jsonl", json.dumps(bounce(5)))]
