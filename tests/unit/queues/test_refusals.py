"""What SQS refuses, and how: the same in both protocols, and of a batch no more than is wrong.

Codes, statuses and words are AWS's own where it is known what they are: LocalStack has recorded them.
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen
from xml.etree import ElementTree

import pytest

from tests.unit.queues.asked import Queues

MOST = 1_048_576
NOT_FOR_THIS = "The request include parameter that is not valid for this queue type."
NO_ID = (
    "A batch entry id can only contain alphanumeric characters, hyphens and underscores. "
    "It can be at most 80 letters long."
)


def entry(name: str = "a", body: str = "text", **more: Any) -> dict[str, Any]:
    """One of a batch."""
    return {"Id": name, "MessageBody": body, **more}


def test_an_entry_fails_and_not_its_batch(queues: Queues) -> None:
    """Whatever is wrong with one message: the others are sent, and each entry is accounted for."""
    wrong = [
        ("small", entry(body="x" * 1025), "InvalidParameterValue"),
        ("small", entry(body="x" * 1020, MessageAttributes={"k": text("v" * 8)}), "InvalidParameterValue"),
        ("std", entry(body="a\x01b"), "InvalidMessageContents"),
        ("std", entry(body="\ufffe"), "InvalidMessageContents"),
        ("std", entry(DelaySeconds=901), "InvalidParameterValue"),
        ("std", entry(DelaySeconds=-1), "InvalidParameterValue"),
        ("std", entry(MessageAttributes={"k": text("\x0b")}), "InvalidMessageContents"),
        ("std", entry(MessageAttributes={"k": text("")}), "InvalidParameterValue"),
        ("std", entry(MessageAttributes={"k": {"DataType": "Number", "StringValue": "x"}}), "InvalidParameterValue"),
        ("std", entry(MessageAttributes={"AWS.k": text("x")}), "InvalidParameterValue"),
        ("std", entry(MessageAttributes={f"k{at}": text("x") for at in range(11)}), "InvalidParameterValue"),
        ("std", entry(MessageGroupId="a b"), "InvalidParameterValue"),
        ("std", entry(MessageDeduplicationId="1"), "InvalidParameterValue"),
    ]
    for name, one, code in wrong:
        answer = queues.sqs.send_message_batch(QueueUrl=queues.url(name), Entries=[one, entry("b", "\t\n\r\ud7ff😀")])
        assert [(each["Id"], each["Code"], each["SenderFault"]) for each in answer["Failed"]] == [("a", code, True)]
        assert [each["Id"] for each in answer["Successful"]] == ["b"]
        alone = {key: value for key, value in one.items() if key != "Id"}
        assert queues.refused("send_message", QueueUrl=queues.url(name), **alone)[::2] == (code, 400)
    assert "Failed" not in queues.sqs.send_message_batch(QueueUrl=queues.url("std"), Entries=[entry()])


def text(value: str) -> dict[str, str]:
    """A message attribute."""
    return {"DataType": "String", "StringValue": value}


def dead_letters_to(name: str) -> str:
    """A RedrivePolicy."""
    return json.dumps({"deadLetterTargetArn": f"arn:aws:sqs:us-east-1:123456789012:{name}", "maxReceiveCount": 1})


VALUE, NAME, ATTRIBUTE = "InvalidParameterValue", "InvalidAttributeName", "InvalidAttributeValue"
MISSING, RECEIPT = "MissingParameter", "ReceiptHandleIsInvalid"
PREFIX = "AWS.SimpleQueueService"
FIFO_ID = {"MessageGroupId": "g", "MessageDeduplicationId": "1"}
REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    ("send_message", {"MessageBody": "x" * (MOST + 1)}, VALUE, f"shorter than {MOST} bytes."),
    ("send_message", {"MessageBody": ""}, MISSING, "contain the parameter MessageBody."),
    ("send_message", {"queue": "no", "MessageBody": "x"}, f"{PREFIX}.NonExistentQueue", "queue does not exist."),
    ("send_message", {"queue": "f.fifo", "MessageBody": "x"}, MISSING, "the parameter MessageGroupId."),
    ("send_message", {"queue": "f.fifo", "MessageBody": "x", "MessageGroupId": "g"}, VALUE, "explicitly"),
    ("send_message", {"queue": "f.fifo", "MessageBody": "x", "DelaySeconds": 2, **FIFO_ID}, VALUE, NOT_FOR_THIS),
    (
        "send_message",
        {"queue": "f.fifo", "MessageBody": "x", **FIFO_ID, "MessageGroupId": ""},
        VALUE,
        "1 to 128 in length.",
    ),
    (
        "send_message_batch",
        {"Entries": []},
        f"{PREFIX}.EmptyBatchRequest",
        "one SendMessageBatchRequestEntry in the request.",
    ),
    (
        "send_message_batch",
        {"Entries": [entry(str(at)) for at in range(11)]},
        f"{PREFIX}.TooManyEntriesInBatchRequest",
        "sent 11.",
    ),
    (
        "send_message_batch",
        {"Entries": [entry("a"), entry("b"), entry("b"), entry("a")]},
        f"{PREFIX}.BatchEntryIdsNotDistinct",
        "Id b repeated.",
    ),
    ("send_message_batch", {"Entries": [entry("é")]}, f"{PREFIX}.InvalidBatchEntryId", NO_ID),
    ("send_message_batch", {"Entries": [entry("a" * 81)]}, f"{PREFIX}.InvalidBatchEntryId", NO_ID),
    (
        "send_message_batch",
        {"Entries": [entry(body="x" * MOST), entry("b", "x")]},
        f"{PREFIX}.BatchRequestTooLong",
        f"You have sent {MOST + 1} bytes.",
    ),
    (
        "send_message_batch",
        {"queue": "f.fifo", "Entries": [entry(MessageDeduplicationId="1")]},
        VALUE,
        "the parameter MessageGroupId.",
    ),
    ("send_message_batch", {"queue": "f.fifo", "Entries": [entry(MessageGroupId="g")]}, VALUE, "explicitly"),
    (
        "delete_message",
        {"ReceiptHandle": "garbage"},
        RECEIPT,
        'The input receipt handle "garbage" is not a valid receipt handle.',
    ),
    ("delete_message", {"queue": "f.fifo", "ReceiptHandle": "garbage"}, RECEIPT, "is not a valid receipt handle."),
    ("delete_message_batch", {"Entries": [{"Id": ":", "ReceiptHandle": "x"}]}, f"{PREFIX}.InvalidBatchEntryId", NO_ID),
    (
        "delete_message_batch",
        {"Entries": []},
        f"{PREFIX}.EmptyBatchRequest",
        "one DeleteMessageBatchRequestEntry in the request.",
    ),
    (
        "change_message_visibility_batch",
        {"Entries": []},
        f"{PREFIX}.EmptyBatchRequest",
        "one ChangeMessageVisibilityBatchRequestEntry in the request.",
    ),
    (
        "change_message_visibility",
        {"ReceiptHandle": "x", "VisibilityTimeout": 43_201},
        VALUE,
        "Must be between 0 and 43200, if provided.",
    ),
    (
        "receive_message",
        {"MaxNumberOfMessages": 0},
        VALUE,
        "Value 0 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.",
    ),
    ("receive_message", {"MaxNumberOfMessages": 11}, VALUE, "Reason: Must be between 1 and 10, if provided."),
    (
        "receive_message",
        {"WaitTimeSeconds": 21},
        VALUE,
        "Value 21 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided.",
    ),
    ("receive_message", {"VisibilityTimeout": -1}, VALUE, "Must be between 0 and 43200, if provided."),
    ("receive_message", {"AttributeNames": ["Unknown"]}, NAME, "Unknown Attribute Unknown."),
    ("get_queue_attributes", {"AttributeNames": ["Unknown"]}, NAME, "Unknown Attribute Unknown."),
    ("set_queue_attributes", {"Attributes": {"Unknown": "1"}}, NAME, "Unknown Attribute Unknown."),
    ("set_queue_attributes", {"Attributes": {"FifoQueue": "true"}}, NAME, "Unknown Attribute FifoQueue."),
    (
        "set_queue_attributes",
        {"queue": "f.fifo", "Attributes": {"FifoQueue": "false"}},
        ATTRIBUTE,
        "Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported.",
    ),
    (
        "set_queue_attributes",
        {"Attributes": {"VisibilityTimeout": "43201"}},
        ATTRIBUTE,
        "Invalid value for the parameter VisibilityTimeout.",
    ),
    (
        "set_queue_attributes",
        {"Attributes": {"DelaySeconds": "one"}},
        ATTRIBUTE,
        "Invalid value for the parameter DelaySeconds.",
    ),
    ("set_queue_attributes", {"Attributes": {"RedrivePolicy": "{"}}, VALUE, "RedrivePolicy"),
    (
        "create_queue",
        {"queue": None, "QueueName": "x", "Attributes": {"DeduplicationScope": "queue"}},
        NAME,
        "You can specify the DeduplicationScope only when FifoQueue is set to true.",
    ),
    (
        "create_queue",
        {"queue": None, "QueueName": "std", "Attributes": {"DelaySeconds": "2"}},
        "QueueAlreadyExists",
        "A queue already exists with the same name and a different value for attribute DelaySeconds",
    ),
    (
        "create_queue",
        {"queue": None, "QueueName": "x", "Attributes": {"FifoQueue": "true"}},
        VALUE,
        "must end with .fifo suffix",
    ),
    (
        "create_queue",
        {"queue": None, "QueueName": "x.fifo"},
        VALUE,
        "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
    ),
    ("set_queue_attributes", {"Attributes": {"RedrivePolicy": dead_letters_to("f.fifo")}}, VALUE, "same type of queue"),
    (
        "create_queue",
        {"queue": None, "QueueName": "x", "Attributes": {"RedrivePolicy": dead_letters_to("f.fifo")}},
        VALUE,
        "same type of queue",
    ),
    (
        "set_queue_attributes",
        {"queue": "f.fifo", "Attributes": {"RedrivePolicy": dead_letters_to("dead")}},
        VALUE,
        "Dead-letter queue must be same type of queue as the source.",
    ),
]


@pytest.mark.parametrize(("operation", "asked", "code", "words"), REFUSED)
def test_what_is_refused_has_awss_code(
    queues: Queues, operation: str, asked: dict[str, Any], code: str, words: str
) -> None:
    """And its words, and the status 400."""
    place = {} if "queue" in asked and asked["queue"] is None else {"QueueUrl": queues.url(asked.get("queue", "std"))}
    rest = {key: value for key, value in asked.items() if key != "queue"}
    told = queues.refused(operation, **place, **rest)
    assert (told[0], told[2]) == (code, 400)
    assert words in told[1]


def query(queues: Queues, **form: str) -> ElementTree.Element:
    """The answer in the older protocol, which SDKs of years ago and curl speak."""
    head = {"Authorization": "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/sqs/aws4_request"}
    head |= {"Content-Type": "application/x-www-form-urlencoded"}
    try:
        answer = urlopen(Request(queues.endpoint.url, urlencode(form).encode(), head))
    except HTTPError as error:
        answer = error
    with answer:
        return ElementTree.fromstring(re.sub(rb' xmlns="[^"]*"', b"", answer.read()))


def test_the_query_protocol_tells_the_same(queues: Queues) -> None:
    """An entry that fails beside one that does not, and the results of a task."""
    answer = query(
        queues,
        Action="SendMessageBatch",
        QueueUrl=queues.url("small"),
        **{"SendMessageBatchRequestEntry.1.Id": "a", "SendMessageBatchRequestEntry.1.MessageBody": "x" * 1025},
        **{"SendMessageBatchRequestEntry.2.Id": "b", "SendMessageBatchRequestEntry.2.MessageBody": "x"},
    )
    assert answer.findtext(".//BatchResultErrorEntry/Code") == "InvalidParameterValue"
    assert answer.findtext(".//SendMessageBatchResultEntry/Id") == "b"
    task = query(queues, Action="StartMessageMoveTask", SourceArn=queues.arn("dead"))
    assert task.findtext("StartMessageMoveTaskResult/TaskHandle")


def test_the_query_protocol_refuses_what_json_cannot_say(queues: Queues) -> None:
    """A request without its receipt, a number that is none, and names without values."""
    url = queues.url("std")
    for form, code, words in (
        ({"Action": "DeleteMessage"}, MISSING, "ReceiptHandle"),
        ({"Action": "ChangeMessageVisibility", "VisibilityTimeout": "1"}, MISSING, "ReceiptHandle"),
        ({"Action": "ReceiveMessage", "MaxNumberOfMessages": "x"}, VALUE, "Value x for parameter MaxNumberOfMessages"),
        ({"Action": "SendMessage", "MessageBody": "x", "DelaySeconds": "1.5"}, VALUE, "Value 1.5 for parameter Delay"),
        (
            {"Action": "SendMessage", "MessageBody": "x", "MessageAttribute.1.Name": "k"},
            VALUE,
            "'k' must contain non-empty",
        ),
        ({"Action": "SetQueueAttributes", "Attribute.1.Name": "DelaySeconds"}, ATTRIBUTE, "parameter DelaySeconds"),
    ):
        told = query(queues, QueueUrl=url, **form)
        assert told.findtext("Error/Code") == code
        assert words in str(told.findtext("Error/Message"))


def test_a_queue_tells_its_times_in_seconds(queues: Queues) -> None:
    """Whole ones, as SDKs of typed languages read them."""
    names = ["CreatedTimestamp", "LastModifiedTimestamp"]
    told = queues.sqs.get_queue_attributes(QueueUrl=queues.url("std"), AttributeNames=names)["Attributes"]
    assert [told[name].isdecimal() for name in names] == [True, True]


def test_a_purge_waits_a_minute(queues: Queues) -> None:
    """The second one within it is refused with 403."""
    queues.sqs.create_queue(QueueName="purged")
    queues.sqs.purge_queue(QueueUrl=queues.url("purged"))
    told = queues.refused("purge_queue", QueueUrl=queues.url("purged"))
    assert told == (
        f"{PREFIX}.PurgeQueueInProgress",
        "Only one PurgeQueue operation on purged is allowed every 60 seconds.",
        403,
    )
