"""Traces: what was really sent becomes a workload."""

from __future__ import annotations

import gzip
import json
import mailbox
import tracemalloc
from base64 import b64encode
from collections.abc import Iterator
from datetime import datetime
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from scenarios.errors import BadInput
from scenarios.schema.processes import Trace
from scenarios.traffic import mbox
from scenarios.traffic.trace import TraceSummary, make_trace
from scenarios.traffic.workload import Arrivals, arrivals


def event(second: float, recipients: int = 1, kind: str = "Send", message_id: str | None = None) -> dict[str, Any]:
    """A published SES event, `second` after noon."""
    at = f"2026-03-01T12:{int(second) // 60:02}:{second % 60:06.3f}Z"
    named = {} if message_id is None else {"messageId": message_id}
    return {"eventType": kind, "mail": {"timestamp": at, "destination": ["a@example.com"] * recipients, **named}}


def sns(message: object, kind: str = "Notification") -> dict[str, Any]:
    """An SNS envelope."""
    text = message if isinstance(message, str) else json.dumps(message)
    return {"Type": kind, "TopicArn": "arn:aws:sns:eu-west-1:1:ses", "Message": text}


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
    assert summary == TraceSummary(
        mails=2,
        recipients=5,
        kind="events",
        left_out={
            "Send without a time": 2,
            "Delivery": 1,
            "SNS's Notification": 1,
            "SNS's SubscriptionConfirmation": 1,
            "Send without a recipient": 1,
        },
    )
    assert summary.skipped == 6
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


def lambdas(*bodies: object) -> dict[str, Any]:
    """What a Lambda is given of a queue."""
    return {"Records": [{"messageId": str(at), "body": json.dumps(body)} for at, body in enumerate(bodies)]}


PLAIN, BUSES = event(1, message_id="a"), {"detail-type": "Email Sent", "detail": event(2, message_id="b")}
RECEIVED = {"Messages": [{"MessageId": "1", "Body": json.dumps(sns(PLAIN))}, {"MessageId": "2", "Body": "hello"}]}
STREAM = {"records": [{"recordId": "1", "data": b64encode(json.dumps(PLAIN).encode()).decode()}]}
PUBLISHED = {"Records": [{"EventSource": "aws:sns", "Sns": sns(PLAIN)}, {"EventSource": "aws:sns", "Sns": sns("hi")}]}


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize(
    ("carried", "left_out"),
    [
        ([PLAIN, BUSES], {}),
        ([[PLAIN, BUSES]], {}),
        ([[], [PLAIN], [BUSES]], {}),
        ([lambdas(PLAIN, sns(BUSES))], {}),
        ([lambdas([PLAIN, BUSES])], {}),
        ([{"Records": [PLAIN, json.dumps(BUSES), 5]}], {"what is no event": 1}),
        ([RECEIVED, sns(BUSES)], {"another message of SQS's": 1}),
        ([STREAM, BUSES], {}),
        ([PUBLISHED, lambdas(lambdas(sns(BUSES)))], {"SNS's Notification": 1}),
        ([[json.dumps(PLAIN), json.dumps(sns(BUSES)), "hello"]], {"text": 1}),
    ],
)
def test_whatever_carries_events_loses_none(
    tmp_path: Path, carried: list[Any], left_out: dict[str, int], indent: int | None
) -> None:
    """Alone or several in one, in arrays, on many lines: each Send counts, and what is none is said by its name."""
    summary, mails = traced(tmp_path, "\n".join(json.dumps(one, indent=indent) for one in carried))
    assert (summary.mails, summary.left_out) == (2, left_out)
    assert mails.intended_s.tolist() == [0.0, 1.0]


@given(st.lists(st.sampled_from(["a", "b", "", "c"]), min_size=1), st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
def test_a_message_id_counts_once(tmp_path: Path, ids: list[str], is_mbox: bool) -> None:
    """Where it is seen first; the copies are counted, and what has no id is a mail of its own."""
    if is_mbox:
        mails = (mail(at, **({"Message-ID": f"<{one}>"} if one else {})) for at, one in enumerate(ids[:60]))
        text = "\n".join(f"From \n{one}" for one in mails)
    else:
        text = json.dumps([event(at, message_id=one) for at, one in enumerate(ids[:60])])
    summary, found = traced(tmp_path, text)
    firsts = [at for at, one in enumerate(ids[:60]) if not one or ids.index(one) == at]
    assert (summary.mails, summary.copies) == (len(firsts), len(ids[:60]) - len(firsts))
    assert found.intended_s.tolist() == [at - firsts[0] for at in firsts]
    assert ("duplicates" in summary.sentence()) == bool(summary.copies)


MAILS = [
    mail(9, Cc="b@example.com, c@example.com", Bcc="d@example.com"),
    mail(2),
    mail(3, Date="yesterday"),
    mail(4, To="undisclosed-recipients:;"),
    "Subject: neither date nor recipient\n\n",
    mail(5, To='"Doe, J." <j@example.com>,\n e@example.com', Date="Sun, 1 Mar 2026 12:00:05 -0000"),
]
FOUND = ([0.0, 3.0, 7.0], [1, 2, 4])
LEFT_OUT = {"with a Date that cannot be read": 1, "without a recipient": 1, "without a Date": 1}


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r\r\n"])
def test_mbox_becomes_a_trace(tmp_path: Path, newline: str) -> None:
    """Date tells the time, To, Cc and Bcc the recipients; a text that says From is no mail."""
    text = "\n".join("From a@example.com Sun Mar  1 12:00:00 2026\n" + one for one in MAILS)
    summary, mails = traced(tmp_path, text.replace("\n", newline))
    assert summary == TraceSummary(3, 7, "mbox", LEFT_OUT)
    assert (mails.intended_s.tolist(), mails.recipients.tolist()) == FOUND


def test_mbox_of_the_standard_library(tmp_path: Path) -> None:
    """An mbox as Python writes it gives the same trace."""
    box = mailbox.mbox(tmp_path / "box")
    for one in MAILS:
        box.add(one)
    box.close()
    assert make_trace(tmp_path / "box", tmp_path / "out.csv") == TraceSummary(3, 7, "mbox", LEFT_OUT)


MARKS = [
    "From a@example.com Sun Mar  1 12:00:00 2026",
    "From - Sun Mar  1 12:00:00 2026",
    "From MAILER-DAEMON Sun Mar  1 12:00 2026",
    "From 286@xxx Sun Mar 01 12:00:00 +0000 2026",
    "From eric at example.com  Sun Mar  1 12:00:00 2026",
    "From ",
    "From",
    "From a@example.com",
    "From a@example.com 2026-03-01",
    "From - Sun Mar  1 12:00:00 2026\n>From - Sun Mar  1 12:00:00 2026",
    "From <>",
    "From root 2026-03-01T12:00:00Z",
    "From root So Mär  1 12:00:00 2026",
    "From jo@example.com\n" + ">From z Sun Mar  1 12:00:00 2026\n" * 4 + ">From y",
    "\0\0\0From a@example.com Sun Mar  1 12:00:00 2026",
]
TEXTS = [
    "From here on: the text, at 10:30.\nMore.",
    ">From a@example.com Sun Mar  1 12:00:00 2026\nDate: Sun, 1 Mar 2026 13:00:59 +0100\nTo: z@example.com",
    ">>From jo",
    "From Mon to Fri, at 10:30 as always.",
    "the end\nFrom now on: nothing\nat 10:30",
    "From: a forwarded mail\nDate: Sun, 1 Mar 2026 13:00:59 +0100\nTo: z@example.com",
    "",
]


@given(st.data(), st.sampled_from(["\n", "\r\n"]), st.booleans(), st.booleans(), st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_no_mail_of_an_mbox_is_lost_however_it_is_marked(
    tmp_path: Path, data: st.DataObject, newline: str, has_bom: bool, is_packed: bool, ends_blank: bool
) -> None:
    """Whichever marks stand in one file, whatever the texts say, with a blank line before a mark or without."""
    count = data.draw(st.integers(1, 8))
    text = "\n\n" if data.draw(st.booleans()) else ""
    for second in range(count):
        mark = data.draw(st.sampled_from(MARKS)).lstrip("" if second else "\0")
        body = data.draw(st.sampled_from(TEXTS))
        text += f"{mark}\nDate: Sun, 1 Mar 2026 13:00:{second:02} +0100\nTo: a@example.com\n\n{body}\n"
        text += "\n" if ends_blank else ""
    written = (b"\xef\xbb\xbf" if has_bom else b"") + text.replace("\n", newline).encode()
    summary, mails = traced(tmp_path, gzip.compress(written) if is_packed else written)
    assert summary == TraceSummary(count, count, "mbox", {})
    assert mails.intended_s.tolist() == list(range(count))


def test_a_mail_that_knows_its_length_may_say_anything(tmp_path: Path) -> None:
    """In an mboxcl a mark in the text begins no mail; a length that is wrong, or too long, loses none."""
    inner = "Forwarded:\n\n" + "From a@example.com Sun Mar  1 12:00:00 2026\n" + mail(30)
    for length, mails in ((len(inner), 2), (len(inner) - 1, 3), (10**9, 3), (10**15, 3)):
        first = mail(1, **{"Content-Length": str(length)}).partition("\n\n")[0]
        text = f"From \n{first}\n\n{inner}\nFrom \n{mail(2)}"
        assert traced(tmp_path, text)[0].mails == mails


@pytest.mark.parametrize(
    ("date", "utc", "is_odd"),
    [
        ("Sun, 1 Mar 2026 12:00:00 +02:00", "10:00:00", False),
        ("Sun, 1 Mar 2026 12:00:00 GMT+2", "10:00:00", False),
        ("Sun, 1 Mar 2026 12:00:00 UTC-0230", "14:30:00", False),
        ("Sun, 1 Mar 2026 12:00:60 GMT", "12:00:59", False),
        ("1 Mar 26 12:00 EST (New York)", "17:00:00", False),
        ("Sun Mar 01 12:00:00 +0100 2026", "11:00:00", False),
        ("2026-03-01T12:00:00+01:00", "11:00:00", False),
        ("Sun, 1 Mar 2026 12:00:00", "12:00:00", False),
        ("Sun, 1 Mar 2026 12:00:00 CEST", "12:00:00", True),
        ("Sun, 1 Mar 2026 12:00:00 +9900", None, False),
        ("Sun, 1 Mar 1926 12:00:00 +0000", None, False),
        ("Sun, 1 Mar 2026 25:00:00 +0000", None, False),
    ],
)
def test_dates_are_read_as_they_come(tmp_path: Path, date: str, utc: str | None, is_odd: bool) -> None:
    """Offsets in any spelling count; a zone that is not known counts as UTC and is told; what is none is left out."""
    text = "\n".join(f"From \n{one}" for one in (mail(0, Date="Sun, 1 Mar 2026 10:00:00 +0000"), mail(0, Date=date)))
    summary, mails = traced(tmp_path, text)
    assert summary.odd_zones == is_odd
    assert summary.left_out == ({} if utc else {"with a Date that cannot be read": 1})
    ten = datetime.fromisoformat("2026-03-01T10:00:00")
    expected = [0.0] if utc is None else [0.0, (datetime.fromisoformat(f"2026-03-01T{utc}") - ten).total_seconds()]
    assert mails.intended_s.tolist() == expected


@pytest.mark.parametrize(
    ("to", "recipients"),
    [
        ("Doe, Jo <jo@example.com>", 1),
        ("a@example.com; b@example.com", 2),
        ("Team: a@example.com, b@example.com;, c@example.com", 3),
        ("Jörg <jo@example.com>, dån@example.com", 2),
        ("root", 0),
        ("a@example.com <a@example.com>", 1),
        ("'a@example.com' <a@example.com>, \"b, c\" b@example.com <b@example.com>", 2),
        ("Team: a@example.com <a@example.com>, (or, b) b@example.com <b@example.com>;", 2),
        ("Jo (the, boss) <a@example.com>, a@example.com (b <b@example.com>", 2),
        ("a@example.com, <b@example.com>", 2),
    ],
)
def test_recipients_are_addresses(tmp_path: Path, to: str, recipients: int) -> None:
    """What has no domain is none, such as half of a name; a Cc counts whatever the To is like."""
    assert traced(tmp_path, f"From \n{mail(1, To=to, Cc='z@example.com')}")[0].recipients == recipients + 1


def test_maildir_becomes_a_trace(tmp_path: Path) -> None:
    """A maildir's new and current mails count like those of an mbox."""
    box = mailbox.Maildir(tmp_path / "box")
    for one in MAILS:
        box.add(one)
    (tmp_path / "box" / "cur" / "seen:2,S").write_text(mail(1))
    summary = make_trace(tmp_path / "box", tmp_path / "out.csv")
    assert summary == TraceSummary(4, 8, "maildir", LEFT_OUT)
    (tmp_path / "box" / "cur" / "marked").write_bytes(b"\xef\xbb\xbf" + mail(2).encode())
    (tmp_path / "box" / "cur" / "packed.gz").write_bytes(gzip.compress(mail(3).encode()))
    assert make_trace(tmp_path / "box", tmp_path / "out.csv") == TraceSummary(6, 10, "maildir", LEFT_OUT)


def test_ids_that_differ_at_their_ends_are_two(tmp_path: Path) -> None:
    """However long they are."""
    ids = ["x" * 2_000 + end for end in "ab"]
    assert traced(tmp_path, json.dumps([event(1, message_id=one) for one in ids]))[0].mails == 2


@pytest.mark.parametrize(("mark", "behind"), [("From a@example.com", "\nHi\n"), ("From", ""), ("From root", mail(3))])
def test_a_mail_in_an_mbox_is_counted_or_skipped(tmp_path: Path, mark: str, behind: str) -> None:
    """Never in silence: without a header it is skipped, and a sender's bare name marks one behind a blank line."""
    summary, _ = traced(tmp_path, f"From \n{mail(1)}\n{mark}\n{behind}\nFrom \n{mail(2)}")
    assert summary.mails + summary.skipped == 3


@pytest.mark.parametrize("odd", [" ", "\t", "no header", "no header\n z@example.com", "Subject: x\n \n\t\n y"])
def test_an_odd_line_among_the_headers_hides_none(tmp_path: Path, odd: str) -> None:
    """One of blanks continues the line before, and one that is no header is passed over, in mbox and maildir."""
    text = mail(1).replace("\n\n", f"\n{odd}\nCc : b@example.com, c@example.com\n\n")
    assert traced(tmp_path, f"From \n{text}")[0] == TraceSummary(1, 3, "mbox", {})
    (tmp_path / "box" / "new").mkdir(parents=True)
    (tmp_path / "box" / "new" / "1").write_text(text)
    assert make_trace(tmp_path / "box", tmp_path / "out.csv") == TraceSummary(1, 3, "maildir", {})


def test_an_mbox_is_read_in_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long its header lines are, and however many blank lines follow a text whose length is told."""
    monkeypatch.setattr(mbox, "MOST_HEADER_BYTES", 1_000)
    begins, ends = [b"From \n", b"Content-Length: 3\n"], [b"\n", b"ab\n"]
    tracemalloc.start()
    headers = list(mbox.headers_of(chain(begins, repeat(b"X: " + b"a" * 900 + b"\n", 500), ends, blanks())))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [len(header) for header in headers] == [1_000]
    assert most < 300_000


def blanks() -> Iterator[bytes]:
    """Many, each of its own."""
    return (bytes(bytearray(b"\r\n")) for _ in range(20_000))


def test_headers_of_any_bytes_do_not_stop_a_trace(tmp_path: Path) -> None:
    """A mail whose headers are no text is counted or skipped, never an error."""
    text = (
        b"From x 12:00\nDate: \xff\xfe\nTo: \xff\n\n\nFrom x 12:00\nDate: 1 Mar 2026 12:00:00 +0000\nTo: \xff <a@b.c>\n"
    )
    assert traced(tmp_path, text)[0] == TraceSummary(1, 1, "mbox", {"with a Date that cannot be read": 1})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", ": is empty"),
        (b"\xef\xbb\xbf\n", ": is empty"),
        (b"hello\n", ": is none of SES event JSON, mbox (before each mail a line that "),
        (b"Fromage\n", ": is none of SES event JSON, "),
        (
            b'{"eventType": "Bounce"}\n',
            ": holds no sent mail with a time and a recipient (1 skipped: 1 Bounce without a time)",
        ),
        (b'[{"a": 1}', ":1: must be JSON objects: the array that they are in is cut off"),
        (b'[{"a": 1}, [2]]', ":1: must be JSON objects: found [2]"),
        (gzip.compress(b"From x 12:00\n" * 9, mtime=0)[:-9], ": its gzip is cut off or broken; fetch it again"),
        (b'{"eventType": "Send"}\n{oops\n', ":2: must be JSON objects: "),
        (b'{"a": 1}\n[1, 2]\n', ":2: must be JSON objects: found 1"),
        (b'{"a": 1}\n{"a": "\xff"}\n', ":2: must be JSON objects: "),
        (b'{"a": ' + b"[" * 100_000, ":1: must be JSON objects: "),
        (b'{"a": ' + b"9" * 6000 + b"}", ":1: must be JSON objects: a number in it has thousands of digits"),
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
