"""Traces: what was really sent becomes a workload."""

from __future__ import annotations

import json
import mailbox
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from scenarios.errors import BadInput
from scenarios.schema.processes import Trace
from scenarios.traffic.trace import TraceSummary, make_trace
from scenarios.traffic.workload import Arrivals, arrivals


def event(second: float, recipients: int = 1, kind: str = "Send") -> dict[str, Any]:
    """A published SES event, `second` after noon."""
    at = f"2026-03-01T12:{int(second) // 60:02}:{second % 60:06.3f}Z"
    return {"eventType": kind, "mail": {"timestamp": at, "destination": ["a@example.com"] * recipients}}


def sns(message: object, kind: str = "Notification") -> dict[str, Any]:
    """An SNS envelope."""
    return {"Type": kind, "Message": message if isinstance(message, str) else json.dumps(message)}


def mail(second: int, **headers: str) -> str:
    """A mail sent `second` after noon to one recipient, unless the headers say otherwise."""
    fields = {"Date": f"Sun, 1 Mar 2026 13:00:{second:02} +0100", "To": "A <a@example.com>", **headers}
    return "".join(f"{key}: {value}\n" for key, value in fields.items()) + "\nFrom here on: the text.\n"


def traced(folder: Path, text: str | bytes) -> tuple[TraceSummary, Arrivals]:
    """The summary of a trace made from a file with this text, and the workload that the trace is."""
    source, out = folder / "input", folder / "out.csv"
    source.write_bytes(text if isinstance(text, bytes) else text.encode())
    return make_trace(source, out), arrivals([Trace(process="trace", path=out)], 1)


def refusal(source: Path, out: Path) -> str:
    """The one line that refuses to make a trace."""
    with pytest.raises(BadInput) as caught:
        make_trace(source, out)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def test_events_become_a_trace(tmp_path: Path) -> None:
    """Send events, plain or wrapped by SNS, are sorted by time, from the first; all else is skipped and counted."""
    lines = [
        event(61.5, 3),
        sns(event(1.25, 2)),
        event(2, kind="Delivery"),
        sns("Successfully validated SNS topic for Amazon SES event publishing."),
        sns("x", kind="SubscriptionConfirmation"),
        {"eventType": "Send", "mail": {"timestamp": "noon", "destination": ["a@example.com"]}},
        {"eventType": "Send", "mail": {"timestamp": "2026-03-01T12:00:00Z", "destination": []}},
        {"eventType": "Send", "mail": 5},
    ]
    summary, mails = traced(tmp_path, "\n".join(map(json.dumps, lines)) + "\n\n")
    assert summary == TraceSummary(mails=2, recipients=5, skipped=6, kind="events")
    assert (mails.intended_s.tolist(), mails.recipients.tolist()) == ([0.0, 60.25], [2, 3])


def test_firehose_joins_objects_without_a_break(tmp_path: Path) -> None:
    """Objects that follow one another on one line count each."""
    summary, _ = traced(tmp_path, json.dumps(event(1)) + json.dumps(event(2)) + " " + json.dumps(event(3)))
    assert summary.mails == 3


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 3_599_999), st.integers(1, 50)), min_size=1))
def test_round_trip(tmp_path: Path, sent: list[tuple[int, int]]) -> None:
    """The trace is accepted as a workload, which has the events' very times (to the microsecond) and recipients."""
    summary, mails = traced(tmp_path, "\n".join(json.dumps(event(at / 1000, to)) for at, to in sent))
    ordered = sorted(sent, key=lambda one: one[0])
    assert summary.mails == len(sent)
    assert mails.intended_s == pytest.approx(np.array([at - ordered[0][0] for at, _ in ordered]) / 1000, abs=1e-6)
    assert mails.recipients.tolist() == [to for _, to in ordered]


MAILS = [
    mail(9, Cc="b@example.com, c@example.com", Bcc="d@example.com"),
    mail(2),
    mail(3, Date="yesterday"),
    mail(4, To="undisclosed-recipients:;"),
    "Subject: neither date nor recipient\n\n",
    mail(5, To='"Doe, J." <j@example.com>,\n e@example.com', Date="Sun, 1 Mar 2026 12:00:05 -0000"),
]
FOUND = ([0.0, 3.0, 7.0], [1, 2, 4])


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_mbox_becomes_a_trace(tmp_path: Path, newline: str) -> None:
    """Date tells the time, To, Cc and Bcc the recipients; a text that says From is no mail."""
    text = "\n".join("From a@example.com Sun Mar  1 12:00:00 2026\n" + one for one in MAILS)
    summary, mails = traced(tmp_path, text.replace("\n", newline))
    assert summary == TraceSummary(mails=3, recipients=7, skipped=3, kind="mbox")
    assert (mails.intended_s.tolist(), mails.recipients.tolist()) == FOUND


def test_mbox_of_the_standard_library(tmp_path: Path) -> None:
    """An mbox as Python writes it gives the same trace."""
    box = mailbox.mbox(tmp_path / "box")
    for one in MAILS:
        box.add(one)
    box.close()
    assert make_trace(tmp_path / "box", tmp_path / "out.csv") == TraceSummary(3, 7, 3, "mbox")


def test_maildir_becomes_a_trace(tmp_path: Path) -> None:
    """A maildir's new and current mails count like those of an mbox."""
    box = mailbox.Maildir(tmp_path / "box")
    for one in MAILS:
        box.add(one)
    (tmp_path / "box" / "cur" / "seen:2,S").write_text(mail(1))
    summary = make_trace(tmp_path / "box", tmp_path / "out.csv")
    assert summary == TraceSummary(mails=4, recipients=8, skipped=3, kind="maildir")


def test_headers_of_any_bytes_do_not_stop_a_trace(tmp_path: Path) -> None:
    """A mail whose headers are no text is counted or skipped, never an error."""
    text = (
        b"From x 12:00\nDate: \xff\xfe\nTo: \xff\n\n\nFrom x 12:00\nDate: 1 Mar 2026 12:00:00 +0000\nTo: \xff <a@b.c>\n"
    )
    assert traced(tmp_path, text)[0] == TraceSummary(mails=1, recipients=1, skipped=1, kind="mbox")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", ": is none of SES event JSON lines, mbox and maildir"),
        (b"hello\n", ": is none of SES event JSON lines, mbox and maildir"),
        (b'{"eventType": "Bounce"}\n', ": holds no sent mail with a time and a recipient (1 skipped)"),
        (b'{"eventType": "Send"}\n{oops\n', ":2: must be JSON objects: "),
        (b'{"a": 1}\n[1, 2]\n', ":2: must be JSON objects: found [1, 2]"),
        (b'{"a": 1}\n{"a": "\xff"}\n', ":2: must be JSON objects: "),
        (b'{"a": ' + b"[" * 100_000, ":1: must be JSON objects: "),
        (b"From x\n\n", ": holds no sent mail"),
    ],
)
def test_bad_input_is_named(tmp_path: Path, text: bytes, said: str) -> None:
    """What is no log of mails is refused in one line with file and line, and no trace is written."""
    source = tmp_path / "input"
    source.write_bytes(text)
    assert refusal(source, tmp_path / "out.csv").startswith(f"{source}{said}")
    assert not (tmp_path / "out.csv").exists()


def test_what_cannot_be_read_or_written_is_named(tmp_path: Path) -> None:
    """A missing input, a directory that is no maildir and an impossible output are refused in one line."""
    source = tmp_path / "input"
    assert refusal(source, tmp_path / "out.csv") == f"{source}: cannot be read: No such file or directory"
    assert refusal(tmp_path, tmp_path.parent / "out.csv").startswith(f"{tmp_path}: is a directory but no maildir")
    source.write_text(json.dumps(event(1)))
    assert refusal(source, tmp_path / "no" / "out.csv").endswith(
        "out.csv: No such file or directory; name a file that can be written"
    )
    assert refusal(source, tmp_path / ".").endswith("Is a directory; name a file that can be written")


def test_the_input_is_never_overwritten(tmp_path: Path) -> None:
    """An output that is the input, by another name or inside the maildir, is refused, and the input stays."""
    source, link, box = tmp_path / "input", tmp_path / "link", tmp_path / "box"
    source.write_text(json.dumps(event(1)))
    link.symlink_to(source)
    mailbox.Maildir(box).add(mail(1))
    for out in (source, link):
        assert "is part of the input" in refusal(source, out)
    assert "is part of the input" in refusal(box, box / "cur" / "x")
    assert json.loads(source.read_text()) == event(1)
