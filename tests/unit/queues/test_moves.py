"""Messages that are sent twice, or die, or are moved: what SQS calls them, and where they are."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import pytest

from tests.unit.queues.asked import Queues


def test_a_receipt_of_a_fifo_queue_expires(queues: Queues) -> None:
    """With the visibility timeout: then its message may be another consumer's, and its group goes on with it."""
    url = queues.url("f.fifo")
    queues.sqs.send_message(QueueUrl=url, MessageBody="x", MessageGroupId="expires", MessageDeduplicationId="expires")
    [held] = queues.sqs.receive_message(QueueUrl=url, VisibilityTimeout=0)["Messages"]
    receipt = held["ReceiptHandle"]
    said = f"Value {receipt} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired."
    assert queues.refused("delete_message", QueueUrl=url, ReceiptHandle=receipt) == ("InvalidParameterValue", said, 400)
    [held] = queues.sqs.receive_message(QueueUrl=url)["Messages"]
    queues.sqs.delete_message(QueueUrl=url, ReceiptHandle=held["ReceiptHandle"])


@pytest.mark.parametrize("name", ["f.fifo", "content.fifo"])
def test_what_is_sent_twice_is_the_first_message(queues: Queues, name: str) -> None:
    """It has its id and sequence number, also after its deletion, and arrives once; the numbers rise."""
    send: dict[str, Any] = {"QueueUrl": queues.url(name), "MessageBody": "same", "MessageGroupId": "g"}
    if name == "f.fifo":
        send["MessageDeduplicationId"] = "once"
    first = queues.sqs.send_message(**send)
    [received] = queues.sqs.receive_message(QueueUrl=queues.url(name), AttributeNames=["All"])["Messages"]
    queues.sqs.delete_message(QueueUrl=queues.url(name), ReceiptHandle=received["ReceiptHandle"])
    again = queues.sqs.send_message(**send | {"MessageGroupId": "other"})
    called = ("MessageId", "SequenceNumber")
    assert [again[key] for key in called] == [first[key] for key in called]
    assert received["Attributes"]["SequenceNumber"] == first["SequenceNumber"]
    assert "Messages" not in queues.sqs.receive_message(QueueUrl=queues.url(name))
    new = {**send, "MessageBody": "new"} | ({"MessageDeduplicationId": "new"} if name == "f.fifo" else {})
    assert len(number := queues.sqs.send_message(**new)["SequenceNumber"]) == 20
    assert number > first["SequenceNumber"]


def test_a_scope_of_groups_tells_them_apart(queues: Queues) -> None:
    """Where a queue says so, the same id in another group is another message."""
    attributes = {"FifoQueue": "true", "DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId"}
    queues.sqs.create_queue(QueueName="groups.fifo", Attributes=attributes)
    send = {"QueueUrl": queues.url("groups.fifo"), "MessageBody": "x", "MessageDeduplicationId": "1"}
    ids = [queues.sqs.send_message(**send, MessageGroupId=group)["MessageId"] for group in "abab"]
    assert ids == [*ids[:2], *ids[:2]]
    assert len(queues.sqs.receive_message(QueueUrl=queues.url("groups.fifo"), MaxNumberOfMessages=10)["Messages"]) == 2


def waiting(queues: Queues, name: str) -> int:
    """How many messages are visible."""
    names = ["ApproximateNumberOfMessages"]
    answer: Mapping[str, Any] = queues.sqs.get_queue_attributes(QueueUrl=queues.url(name), AttributeNames=names)
    return int(answer["Attributes"][names[0]])


def dead_letters(queues: Queues, many: int) -> None:
    """So many messages that were received too often."""
    for number in range(many):
        queues.sqs.send_message(QueueUrl=queues.url("poor"), MessageBody=str(number))
    for _ in range(2 * many):
        queues.sqs.receive_message(QueueUrl=queues.url("poor"), VisibilityTimeout=0)


def test_dead_letters_go_back_as_new_messages(queues: Queues) -> None:
    """They name the queue that they came from; a task moves them there, and tells how far it is."""
    dead_letters(queues, 3)
    dead = queues.sqs.receive_message(
        QueueUrl=queues.url("dead"), VisibilityTimeout=0, MessageSystemAttributeNames=["DeadLetterQueueSourceArn"]
    )["Messages"][0]
    assert dead["Attributes"] == {"DeadLetterQueueSourceArn": queues.arn("poor")}
    sent = queues.sqs.start_message_move_task(SourceArn=queues.arn("dead"))
    assert "TaskHandle" in sent
    received = [
        message
        for _ in range(3)
        for message in queues.sqs.receive_message(
            QueueUrl=queues.url("poor"), WaitTimeSeconds=5, AttributeNames=["All"]
        )["Messages"]
    ]
    assert sorted(message["Body"] for message in received) == ["0", "1", "2"]
    assert {message["Attributes"]["ApproximateReceiveCount"] for message in received} == {"1"}
    assert not any("DeadLetterQueueSourceArn" in message["Attributes"] for message in received)
    assert dead["MessageId"] not in {message["MessageId"] for message in received}
    assert waiting(queues, "dead") == 0
    for message in received:
        queues.sqs.delete_message(QueueUrl=queues.url("poor"), ReceiptHandle=message["ReceiptHandle"])


def test_a_task_has_a_rate_and_can_be_cancelled(queues: Queues) -> None:
    """A second one of the same queue must wait; once it is cancelled the rest stays where it is."""
    entries = [{"Id": str(number), "MessageBody": "dead"} for number in range(10)]
    for _ in range(6):
        queues.sqs.send_message_batch(QueueUrl=queues.url("dead"), Entries=entries)
    many, began_s = waiting(queues, "dead"), time.monotonic()
    arns = {"SourceArn": queues.arn("dead"), "DestinationArn": queues.arn("std")}
    handle = queues.sqs.start_message_move_task(**arns, MaxNumberOfMessagesPerSecond=1)["TaskHandle"]
    told = queues.refused("start_message_move_task", SourceArn=queues.arn("dead"))
    assert told[:2] == (
        "InvalidParameterValue",
        "There is already a task running. Only one active task is allowed for a source queue arn at a given time.",
    )
    [row] = queues.sqs.list_message_move_tasks(SourceArn=queues.arn("dead"))["Results"]
    assert (row["Status"], row["TaskHandle"], row["ApproximateNumberOfMessagesToMove"]) == ("RUNNING", handle, many)
    moved = queues.sqs.cancel_message_move_task(TaskHandle=handle)["ApproximateNumberOfMessagesMoved"]
    [row] = queues.sqs.list_message_move_tasks(SourceArn=queues.arn("dead"))["Results"]
    assert (row["Status"], "TaskHandle" in row, row["MaxNumberOfMessagesPerSecond"]) == ("CANCELLED", False, 1)
    assert moved <= 1 + time.monotonic() - began_s
    assert waiting(queues, "dead") >= many - moved - 1


def test_tasks_that_cannot_be_are_refused(queues: Queues) -> None:
    """Of and to what is not there with 404, to another type, of no dead-letter queue, and by a strange handle."""
    for operation, asked, code, status in (
        ("start_message_move_task", {"SourceArn": queues.arn("no")}, "ResourceNotFoundException", 404),
        ("start_message_move_task", {"SourceArn": queues.arn("std")}, "InvalidParameterValue", 400),
        (
            "start_message_move_task",
            {"SourceArn": queues.arn("dead"), "DestinationArn": queues.arn("no")},
            "ResourceNotFoundException",
            404,
        ),
        (
            "start_message_move_task",
            {"SourceArn": queues.arn("dead"), "DestinationArn": queues.arn("f.fifo")},
            "InvalidParameterValue",
            400,
        ),
        ("list_message_move_tasks", {"SourceArn": queues.arn("no")}, "ResourceNotFoundException", 404),
        ("cancel_message_move_task", {"TaskHandle": "foobared"}, "InvalidParameterValue", 400),
    ):
        assert queues.refused(operation, **asked)[::2] == (code, status)
