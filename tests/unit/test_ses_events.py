"""Laws of SES's events: whatever carries them and however they are cut into bytes, the same values come of them."""

from __future__ import annotations

import gzip
import json
import os
from io import BufferedReader, BytesIO
from itertools import accumulate
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from scenarios.errors import BadInput
from scenarios.events.documents import documents
from scenarios.events.envelopes import carrier_of, opened
from scenarios.events.events import KINDS, Recipient, bare, event_of, subject_of, tags_of
from scenarios.events.failures import Failure, failure_of
from scenarios.events.files import documents_in, files_of
from scenarios.events.reasons import Reason, reason_of
from tests.unit.ses_records import (
    WHO,
    Record,
    at,
    bounce,
    complaint,
    delay,
    delivery,
    eventbridge,
    feedback,
    others,
    sns,
)

RECORDS = [bounce(1, status="5.1.1", diagnosticCode="x"), complaint(2), delivery(3), delay(4), *others()]


@pytest.mark.parametrize("published", RECORDS, ids=lambda one: one["eventType"])
def test_every_documented_record_is_read(published: Record) -> None:
    """Its kind, its mail, its recipient and its instant; fields that are unknown, and those that may come, are kept."""
    published["mail"]["invented"], published["later"] = 1, {"x": [None]}
    event = event_of(published)
    assert event is not None
    assert (event.kind, event.message_id, event.recipients[0].address) == (published["eventType"], "m", WHO)
    assert event.record["later"] == {"x": [None]}
    assert event.record["mail"]["invented"] == 1
    assert event.at_unix_s == pytest.approx(1_793_620_800, abs=10)
    assert subject_of(event) == "Subject of m"
    assert tags_of(event) == {"campaign": ["autumn"], "ses:configuration-set": ["shop"]}


def test_every_kind_has_its_record() -> None:
    """What is documented is what is known."""
    assert {one["eventType"] for one in RECORDS} == KINDS


@pytest.mark.parametrize("published", RECORDS, ids=lambda one: one["eventType"])
def test_what_carries_a_record_makes_no_difference(published: Record) -> None:
    """SNS, EventBridge, one in the other, or nothing; a feedback notification differs in what it has of the mail."""
    for carried in (published, sns(published), eventbridge(published), sns(eventbridge(published))):
        assert [*opened(carried)] == [published]
    told, notified = event_of(published), event_of(*opened(sns(feedback(published))))
    assert told is not None
    assert notified is not None
    assert notified._replace(record=told.record) == told
    assert subject_of(notified) == ""


def test_what_is_no_record_is_called_by_its_name() -> None:
    """A greeting, a confirmation, another event of SES's, and something else."""
    greeting, confirmation = sns("Successfully validated SNS topic."), sns("x", "SubscriptionConfirmation")
    paused = eventbridge({"version": "1"}, "Sending Status Disabled")
    for document, name in (
        (greeting, "SNS's Notification"),
        (confirmation, "SNS's SubscriptionConfirmation"),
        (paused, "EventBridge's Sending Status Disabled"),
        ({"name": "package", "version": "1"}, ""),
        ({"eventType": ["Bounce"]}, ""),
    ):
        assert [*opened(document)] == [document]
        assert event_of(document) is None
        assert carrier_of(document) == name


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from([at(1), WHO]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = ("timestamp", "messageId", "destination", "headers", "commonHeaders", "tags", "subject", "name", "value",
          "bounceType", "bounceSubType", "bouncedRecipients", "emailAddress", "status", "diagnosticCode",
          "feedbackId", "expirationTime", "recipients", "complaintFeedbackType", "complainedRecipients")  # fmt: skip
TABLES = st.dictionaries(st.sampled_from(FIELDS), JSON | st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=3))


@given(st.sampled_from(RECORDS), TABLES, TABLES, JSON)
def test_no_field_of_any_type_is_an_error(published: Record, mail: Any, details: Any, junk: Any) -> None:
    """A record may lack whatever it likes, or have something else there."""
    key = [*published][-1]
    for strange in (
        {**published, "mail": {**published["mail"], **mail}, key: {**published[key], **details}},
        {**published, "mail": junk},
        {**published, key: junk},
        {"Type": "Notification", "Message": junk},
        {"detail-type": junk, "detail": junk},
        {"eventType": junk, "mail": junk},
    ):
        carrier_of(strange)
        event = event_of(*opened(strange))
        if event is not None:
            failure_of(event)
            assert isinstance(subject_of(event), str)
            assert all(isinstance(value, str) for values in tags_of(event).values() for value in values)
            assert all(reason_of(event, one) for one in event.recipients)


class InPieces(BytesIO):
    """A stream that gives a few bytes at a time."""

    def read1(self, size: int | None = -1, /) -> bytes:
        return self.read(7)


OBJECTS = st.lists(st.dictionaries(st.text(max_size=6), JSON, max_size=3), max_size=6)


@given(OBJECTS, st.sampled_from(["", " ", "\n", "\r\n\n", "\t"]), st.sampled_from([None, 1]), st.booleans())
def test_objects_are_found_however_they_stand(
    objects: list[Record], between: str, indent: int | None, packed: bool
) -> None:
    """On a line each, joined, on many lines each, in pieces, gzipped; each with the line on which it begins."""
    written = [json.dumps(one, ensure_ascii=False, indent=indent) for one in objects]
    text = "".join(f"{one}{between}" for one in written).encode("utf-8", "surrogatepass")
    try:
        text.decode()
    except UnicodeDecodeError:
        return
    stream = gzip.GzipFile(fileobj=BytesIO(gzip.compress(text))) if packed else InPieces(text)
    found = list(documents(stream, "x"))
    assert json.dumps([one.document for one in found]) == json.dumps(objects)
    lines = [1 + (one + between).count("\n") - 1 for one in written]
    assert [one.line for one in found] == [1 + sum for sum in accumulate(lines, initial=0)][:-1]


LINES = "".join(f"{json.dumps(one)}\n" for one in RECORDS)
WHOLE = {one.rstrip() for one in accumulate(LINES.splitlines(keepends=True))}
CUT_OFF = "must be JSON objects: the one that begins here is cut off or goes wrong"


@given(st.integers(1, len(LINES.encode()) - 1))
def test_a_file_that_is_cut_is_refused_with_its_line(cut: int) -> None:
    """Wherever it is cut, but between two objects."""
    part = LINES.encode()[:cut].decode()
    last = part.rstrip().count("\n") + 1
    if part.rstrip() in WHOLE:
        assert len(list(documents(BytesIO(part.encode()), "cut.jsonl"))) == last
        return
    with pytest.raises(BadInput) as caught:
        list(documents(BytesIO(part.encode()), "cut.jsonl"))
    assert str(caught.value) == f"cut.jsonl:{last}: {CUT_OFF}"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"a": 1}\n1', ":2: must be JSON objects: found 1"),
        (b"address,type\n", f":1: {CUT_OFF}"),
        (b'{"a": 1}\n{"a": "\xff"}', ":2: must be JSON objects: it is no UTF-8 text"),
        (b'{"a": ' + b"[" * 100_000, ":1: must be JSON objects: "),
        (gzip.compress(LINES.encode(), mtime=0)[:-9], ": its gzip is cut off or broken; fetch it again"),
        (gzip.compress(b'{"a": 1}\n', mtime=0)[:-4] + b"oops", ": its gzip is cut off or broken; fetch it again"),
    ],
)
def test_what_is_no_file_of_objects_is_one_line(tmp_path: Path, content: bytes, said: str) -> None:
    """It names the file, and the line where there is one."""
    path = tmp_path / "events"
    path.write_bytes(content)
    with pytest.raises(BadInput) as caught:
        list(documents_in(path))
    assert said in str(caught.value)
    assert str(caught.value).startswith(f"{path}:")


def test_an_object_without_an_end_fills_no_memory() -> None:
    """It is given up long before the stream ends."""

    class Endless:
        read = 0

        def read1(self, size: int = 0, /) -> bytes:
            self.read += 1
            assert self.read < 200
            return b'{"a": "' if self.read == 1 else b"x" * size

    with pytest.raises(BadInput, match=r"^x:1: must be JSON objects: "):
        list(documents(Endless(), "x"))


def test_a_folder_is_read_at_every_depth(tmp_path: Path) -> None:
    """Files by name; hidden ones and what would never end, such as a pipe, are passed over."""
    (tmp_path / "b").mkdir()
    (tmp_path / ".git").mkdir()
    for name in ("b/two.gz", "a.jsonl", ".DS_Store", ".git/x"):
        (tmp_path / name).write_bytes(b"")
    os.mkfifo(tmp_path / "pipe")
    assert files_of(tmp_path) == [tmp_path / "a.jsonl", tmp_path / "b" / "two.gz"]
    (tmp_path / "c").mkdir()
    with pytest.raises(BadInput, match="c: no file in it"):
        files_of(tmp_path / "c")
    with pytest.raises(BadInput, match="no: cannot be read: No such file or directory"):
        list(documents_in(tmp_path / "no"))


def test_a_pipe_is_read_as_it_comes() -> None:
    """An object is there once its last byte is, though the pipe stays open."""
    source, sink = os.pipe()
    with BufferedReader(os.fdopen(source, "rb", buffering=0)) as file, os.fdopen(sink, "wb", buffering=0) as other:
        other.write(b'{"a": 1}{"a"')
        assert next(documents(file, "pipe")).document == {"a": 1}


def test_addresses_are_bare_and_small() -> None:
    """As providers and SES's suppression list compare them."""
    for written in ("Anna <ANNA@example.com>", "rfc822; anna@Example.com", " anna@example.com ", "<anna@example.com>"):
        assert bare(written) == WHO
    assert bare("<script>alert(1)</script>@x") == "<script>alert(1)</script>@x"


def test_a_subject_is_read_as_people_wrote_it() -> None:
    """Also where only the mail's own header holds it, in the spelling of old servers, or in none that is known."""
    published = delivery(1)
    del published["mail"]["commonHeaders"]
    for written, read in (("=?utf-8?q?Gr=C3=BC=C3=9Fe?=", "Grüße"), ("=?x-none?q?a?=", "=?x-none?q?a?="), ("a", "a")):
        published["mail"]["headers"] = [{"name": "SUBJECT", "value": written}]
        event = event_of(published)
        assert event is not None
        assert subject_of(event) == read


WORDS = [
    ("550-5.1.1 The email account that you tried to reach does not exist. Please try", Reason.NO_MAILBOX),
    ("550 5.5.0 Requested action not taken: mailbox unavailable", Reason.NO_MAILBOX),
    ("550 5.4.1 Recipient address rejected: Access denied", Reason.NO_MAILBOX),
    ("552-5.2.2 The email account that you tried to reach is over quota", Reason.MAILBOX_FULL),
    ("452 4.2.2 The recipient's inbox is out of storage space", Reason.MAILBOX_FULL),
    ("550-5.2.1 The email account that you tried to reach is disabled", Reason.MAILBOX_CLOSED),
    ("554 delivery error: This user doesn't have an account here", Reason.NO_MAILBOX),
    ("550 5.1.2 Host unknown (Name server: host not found)", Reason.NO_DOMAIN),
    ("554 4.4.7 Message expired: unable to deliver.<421 4.4.0 Unable to lookup DNS for x>", Reason.NO_DOMAIN),
    ("554 4.4.7 Message expired: unable to deliver.<421 4.4.1 Unable to connect to it>", Reason.UNREACHABLE),
    ("554 4.4.7 Message expired: unable to deliver in 840 minutes", Reason.GAVE_UP),
    ("451 4.7.1 Greylisted, please try again in 5 minutes", Reason.GREYLISTED),
    ("421-4.7.28 Our system has detected an unusual rate of unsolicited mail", Reason.TOO_FAST),
    ("450-4.2.1 The user you are trying to contact is receiving mail at a rate that", Reason.TOO_FAST),
    ("550 5.7.1 Service unavailable; client host [192.0.2.1] blocked using a blocklist", Reason.SPAM),
    ("550-5.7.26 This mail has been blocked because the sender is unauthenticated", Reason.AUTHENTICATION),
    ("550 5.7.515 Access denied, sending domain does not meet the level", Reason.AUTHENTICATION),
    ("550 5.1.8 <shop@example.com>: Sender address rejected: Domain not found", Reason.NOT_ALLOWED),
    ("552 5.3.4 Message size exceeds fixed limit", Reason.TOO_LARGE),
    ("550 5.7.1 Message refused by policy", Reason.NOT_ALLOWED),
    ("550 5.1.1", Reason.NO_MAILBOX),
    ("something else", Reason.REFUSED_FOR_GOOD),
]  # fmt: skip


@pytest.mark.parametrize(("words", "reason"), WORDS)
def test_a_servers_words_tell_the_reason(words: str, reason: Reason) -> None:
    """Where SES only says that a bounce is permanent."""
    assert reason_of(*parted(bounce(1, diagnosticCode=f"smtp; {words}"))) is reason


def parted(published: Record) -> tuple[Any, Recipient]:
    """An event and its first recipient."""
    event = event_of(published)
    assert event is not None
    return event, event.recipients[0]


HIDDEN = "q7x9@privaterelay.appleid.com"


@pytest.mark.parametrize(
    ("published", "failure", "reason"),
    [
        (bounce(1, "Permanent", "NoEmail"), Failure.HARD_BOUNCE, Reason.NO_MAILBOX),
        (bounce(1, "Permanent", "General"), Failure.HARD_BOUNCE, Reason.REFUSED_FOR_GOOD),
        (bounce(1, "Permanent", "Suppressed", status="5.1.1"), Failure.SUPPRESSED, Reason.LISTED_BY_SES),
        (bounce(1, "Permanent", "OnAccountSuppressionList"), Failure.SUPPRESSED, Reason.LISTED_BY_ACCOUNT),
        (bounce(1, "Permanent", "OnTenantSuppressionList"), Failure.SUPPRESSED, Reason.LISTED_BY_TENANT),
        (bounce(1, "Permanent", "EmailValidationSuppressed"), Failure.SUPPRESSED, Reason.INVALID),
        (bounce(1, "Permanent", "UnsubscribedRecipient"), Failure.SUPPRESSED, Reason.UNSUBSCRIBED),
        (bounce(1, "Transient", "MailboxFull", diagnosticCode="450 x"), Failure.SOFT_BOUNCE, Reason.MAILBOX_FULL),
        (bounce(1, "Transient", "MessageTooLarge"), Failure.SOFT_BOUNCE, Reason.TOO_LARGE),
        (bounce(1, "Transient", "ContentRejected"), Failure.SOFT_BOUNCE, Reason.CONTENT),
        (bounce(1, "Transient", "ContentRejected", diagnosticCode="554 is spam"), Failure.SOFT_BOUNCE, Reason.SPAM),
        (bounce(1, "Transient", "AttachmentRejected"), Failure.SOFT_BOUNCE, Reason.ATTACHMENT),
        (bounce(1, "Transient", "CustomTimeoutExceeded"), Failure.SOFT_BOUNCE, Reason.GAVE_UP),
        (bounce(1, "Transient", "General"), Failure.SOFT_BOUNCE, Reason.AUTOMATIC),
        (bounce(1, "Transient", "General", status="4.0.0"), Failure.SOFT_BOUNCE, Reason.REFUSED_FOR_NOW),
        (bounce(1, "Undetermined", "Undetermined"), Failure.SOFT_BOUNCE, Reason.UNDETERMINED),
        (bounce(1, "Later", "Invented"), Failure.SOFT_BOUNCE, Reason.UNDETERMINED),
        (bounce(1, who=HIDDEN, status="5.1.1", diagnosticCode="550 5.1.1 <x>: user not found"),
         Failure.HARD_BOUNCE, Reason.RELAY_REMOVED),
        (bounce(1, who=HIDDEN, status="5.1.1", diagnosticCode="550 5.1.1 <x>: unauthorized sender"),
         Failure.HARD_BOUNCE, Reason.RELAY_KNOWS_NO_SENDER),
        (complaint(1), Failure.COMPLAINT, Reason.MARKED_AS_SPAM),
        (complaint(1, complaintFeedbackType="fraud"), Failure.COMPLAINT, Reason.TAKEN_FOR_FRAUD),
        (complaint(1, complaintFeedbackType="invented"), Failure.COMPLAINT, Reason.OTHER_COMPLAINT),
        (complaint(1, complaintFeedbackType="not-spam"), None, Reason.OTHER_COMPLAINT),
        (complaint(1, complaintSubType="OnAccountSuppressionList"), Failure.SUPPRESSED, Reason.LISTED_BY_ACCOUNT),
        (delay(1, "MailboxFull"), Failure.DELAYED, Reason.MAILBOX_FULL),
        (delay(1, "IPFailure"), Failure.DELAYED, Reason.TOO_FAST),
        (delay(1, "RecipientServerError", diagnosticCode="451 greylisted"), Failure.DELAYED, Reason.GREYLISTED),
        (delay(1, "General"), Failure.DELAYED, Reason.REFUSED_FOR_NOW),
        (delay(1, "InternalFailure"), Failure.DELAYED, Reason.INSIDE_SES),
        (delivery(1), None, Reason.UNDETERMINED),
    ],
)  # fmt: skip
def test_what_ses_says_is_a_failure_with_a_reason(published: Record, failure: Failure | None, reason: Reason) -> None:
    """Each documented type, with what a server says beside it."""
    event, recipient = parted(published)
    assert failure_of(event) is failure
    assert reason_of(event, recipient) is reason
