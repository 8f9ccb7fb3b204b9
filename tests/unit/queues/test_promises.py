"""The local SQS keeps what SQS promises to a single client."""

from __future__ import annotations

import json
from typing import Any

import pytest
from moto.sqs.exceptions import (
    BatchRequestTooLong,
    InvalidParameterValue,
    MissingParameter,
    PurgeQueueInProgress,
    ReceiptHandleIsInvalid,
    SQSException,
)

from loadtests.endpoint.sqs import messages, queues
from loadtests.endpoint.sqs.queues import Backend
from tests.unit.queues.clients import ACCOUNT, REGION, filled, only, receive, send_all


def test_a_stale_receipt_deletes_nothing(sqs: Backend) -> None:
    """Only the latest receipt deletes; an earlier one, and one of a message that is gone, succeed all the same."""
    queue = filled(sqs, 1)
    first, second = (only(receive(sqs, visibility_s=0)).receipt_handle for _ in range(2))
    sqs.delete_message("mails", first)
    assert queue.approximate_number_of_messages == 1
    sqs.delete_message("mails", second)
    assert queue.approximate_number_of_messages == 0
    sqs.delete_message("mails", second)


@pytest.mark.parametrize("receipt", ["unknown", "é", "AAAA"])
def test_a_receipt_that_never_was_is_refused(sqs: Backend, receipt: str) -> None:
    """As is that of another queue."""
    filled(sqs, 0)
    filled(sqs, 1, "others")
    others = only(receive(sqs, name="others")).receipt_handle
    for strange in (receipt, others):
        with pytest.raises(ReceiptHandleIsInvalid):
            sqs.delete_message("mails", strange)
        with pytest.raises(ReceiptHandleIsInvalid):
            sqs.change_message_visibility("mails", strange, 0)


def test_what_is_received_too_often_moves_to_the_dead_letter_queue(sqs: Backend) -> None:
    """When its receive count would exceed maxReceiveCount; the count goes on there."""
    dead = sqs.create_queue("dead")
    policy = {"deadLetterTargetArn": dead.queue_arn, "maxReceiveCount": 2}
    queue = filled(sqs, 1, RedrivePolicy=policy)
    counts = [only(receive(sqs, visibility_s=0)).approximate_receive_count for _ in range(2)]
    assert counts == [1, 2]
    assert receive(sqs) == []
    assert len(queue.held.entries()) == 0
    assert only(receive(sqs, name="dead")).approximate_receive_count == 3


def test_a_queue_may_be_its_own_dead_letter_queue(sqs: Backend) -> None:
    """What was received too often stays where it is, and the receive that finds it ends."""
    queue = filled(sqs, 1)
    policy = {"deadLetterTargetArn": queue.queue_arn, "maxReceiveCount": 1}
    sqs.set_queue_attributes(queue.name, {"RedrivePolicy": json.dumps(policy)})
    assert [len(receive(sqs, visibility_s=0)) for _ in range(2)] == [1, 0]
    assert len(queue.held.entries()) == 1


def test_the_attributes_count_what_there_is(sqs: Backend) -> None:
    """Visible, in flight and delayed, each message in one of them."""
    filled(sqs, 7)
    sqs.send_message("mails", "late", delay_seconds=600)
    held = receive(sqs, 3)
    sqs.delete_message("mails", held[0].receipt_handle)
    names = ("", "NotVisible", "Delayed")
    attributes = sqs.get_queue_attributes("mails", ["All"])
    assert [attributes[f"ApproximateNumberOfMessages{name}"] for name in names] == [4, 2, 1]


def test_contents_tell_every_message(sqs: Backend) -> None:
    """Of queues of both kinds, with its state and how often it was received."""
    filled(sqs, 2)
    sqs.create_queue("mails.fifo", FifoQueue="true")
    send_all(sqs, "mails.fifo", 1, 1)
    receive(sqs, 1)
    sqs.send_message("mails", "late", delay_seconds=600)
    told = queues.contents(ACCOUNT, REGION)
    seen = {name: [(row["body"], row["receive_count"], row["state"]) for row in rows] for name, rows in told.items()}
    assert seen["mails"] == [("0", 1, "in_flight"), ("1", 0, "visible"), ("late", 0, "delayed")]
    assert seen["mails.fifo"] == [("1/0", 0, "visible")]
    assert len({row["id"] for rows in told.values() for row in rows}) == 4


def test_bodies_are_measured_in_bytes(sqs: Backend) -> None:
    """Two to an é; a batch is as long as its bodies together."""
    body = "é" * 600_000
    filled(sqs, 0)
    with pytest.raises(InvalidParameterValue, match="1048576 bytes"):
        sqs.send_message("mails", body)
    entry: dict[str, Any] = {"MessageBody": body[:300_000], "MessageAttributes": {}, "DelaySeconds": None}
    with pytest.raises(BatchRequestTooLong, match="1200000 bytes"):
        sqs.send_message_batch("mails", {str(number): {"Id": str(number), **entry} for number in range(2)})


def test_an_empty_body_is_refused(sqs: Backend) -> None:
    """As SQS does, which wants a character at least."""
    filled(sqs, 0)
    with pytest.raises(MissingParameter, match="MessageBody"):
        sqs.send_message("mails", "")


def test_a_duplicate_is_delivered_once_more_and_not_for_ever(sqs: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though it is hidden; its first receipt is stale then."""
    monkeypatch.setattr(queues, "duplicate", lambda: True)
    queue = filled(sqs, 1)
    first, second = receive(sqs)
    assert receive(sqs) == []
    assert (first.id, first.approximate_receive_count) == (second.id, 1)
    assert second.approximate_receive_count == 2
    sqs.delete_message("mails", first.receipt_handle)
    assert queue.approximate_number_of_messages_not_visible == 1


def test_a_deleted_message_has_no_duplicate(sqs: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is deleted before it would be delivered once more is gone."""
    monkeypatch.setattr(queues, "duplicate", lambda: True)
    filled(sqs, 1)
    sqs.delete_message("mails", only(receive(sqs, 1)).receipt_handle)
    assert receive(sqs) == []


def test_a_short_poll_may_miss_what_there_is(sqs: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the scenario's probability; a long poll asks all of SQS's servers, and misses nothing."""
    filled(sqs, 1)
    most = iter((0, 1))
    monkeypatch.setattr(queues, "finds", lambda _wanted, _visible: next(most))
    assert receive(sqs, 1, wait_s=1) != []
    filled(sqs, 1)
    assert receive(sqs, 1) == []
    assert receive(sqs, 1) != []


def test_a_short_poll_may_find_less_than_there_is(sqs: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    """It gets as many as the model says of what it wants and what there is; the rest stays visible, for a long poll."""
    monkeypatch.setattr(queues, "finds", lambda wanted, visible: {(10, 12): 3}[wanted, visible])
    filled(sqs, 12)
    assert len(receive(sqs, 10)) == 3
    assert len(receive(sqs, 10, wait_s=1)) == 9


def test_a_purge_leaves_nothing(sqs: Backend) -> None:
    """Neither what waits nor what is in flight, whose receipts succeed and delete nothing; and once a minute only."""
    queue = filled(sqs, 5)
    held = receive(sqs, 2)
    sqs.purge_queue("mails")
    sqs.send_message("mails", "after")
    sqs.delete_message("mails", held[0].receipt_handle)
    assert [message.body for message in queue.messages] == ["after"]
    with pytest.raises(PurgeQueueInProgress):
        sqs.purge_queue("mails")


def test_what_is_older_than_the_retention_period_is_gone(sqs: Backend) -> None:
    """Nobody receives it."""
    old, _young = filled(sqs, 2).held
    old.sent_timestamp = 0  # type: ignore[assignment]
    assert only(receive(sqs)).body == "1"
    assert [row["body"] for row in queues.contents(ACCOUNT, REGION)["mails"]] == ["1"]


def test_only_what_is_in_flight_can_be_hidden_longer(sqs: Backend) -> None:
    """What has reappeared is anybody's."""
    filled(sqs, 1)
    held = only(receive(sqs, visibility_s=0))
    with pytest.raises(SQSException, match="not in flight"):
        sqs.change_message_visibility("mails", held.receipt_handle, 10)
    with pytest.raises(InvalidParameterValue, match="43200 seconds"):
        sqs.change_message_visibility("mails", only(receive(sqs)).receipt_handle, 43_201)


def test_each_entry_of_a_batch_fails_for_itself(sqs: Backend) -> None:
    """One that has reappeared, and one that is unknown, keep no other from being hidden longer."""
    filled(sqs, 2)
    held, back = receive(sqs)
    sqs.change_message_visibility("mails", back.receipt_handle, 0)
    receipts = {"back": back.receipt_handle, "held": held.receipt_handle, "unknown": "unknown"}
    entries = [{"Id": name, "ReceiptHandle": receipt, "VisibilityTimeout": 9} for name, receipt in receipts.items()]
    succeeded, failed = sqs.change_message_visibility_batch("mails", entries)
    assert succeeded == ["held"]
    codes = {wrong["Id"]: wrong["Code"] for wrong in failed}
    assert codes == {"back": "AWS.SimpleQueueService.MessageNotInflight", "unknown": "ReceiptHandleIsInvalid"}


def test_no_more_than_so_many_are_in_flight(sqs: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until one of them is deleted."""
    monkeypatch.setattr(messages, "IN_FLIGHT_MOST", 3)
    filled(sqs, 10)
    held = receive(sqs)
    assert (len(held), receive(sqs)) == (3, [])
    sqs.delete_message("mails", held[0].receipt_handle)
    assert len(receive(sqs)) == 1


def test_a_queue_is_made_once(sqs: Backend) -> None:
    """Asking for the same queue again finds it, with its messages; with other attributes it is an error."""
    queue = filled(sqs, 1, DelaySeconds="0")
    assert sqs.create_queue("mails", DelaySeconds="0") is queue
    with pytest.raises(SQSException, match="already exists"):
        sqs.create_queue("mails", DelaySeconds="1")
