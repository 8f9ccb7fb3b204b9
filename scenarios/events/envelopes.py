"""What carries SES's events: SNS and SQS wrap one as text, EventBridge as its `detail`, and Lambda is given several."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator, Mapping
from typing import Any

Document = Mapping[str, Any]

_DEEPEST = 8  # a Lambda's event holds messages of a queue, which hold notifications, which hold EventBridge's events
_LISTS = ("Records", "records", "Messages")
"""Of what a Lambda is given by SQS, SNS and Kinesis, by Firehose, and of what SQS answers to ReceiveMessage."""
_BODIES = ("body", "Body")
"""Of a message of SQS's, as Lambda and as SQS spell it."""
_OF_A_MESSAGE = ({"messageId", "body"}, {"MessageId", "Body"})


def opened(document: Document, depth: int = _DEEPEST) -> Iterator[Document]:
    """SES's own records in a document, or else what was in their place, which is what carries none."""
    if kind_of(document) or not depth:
        yield document
    elif (several := _several(document)) is not None:
        for one in several:
            yield from opened(one, depth - 1)
    else:
        inside = [record for one in _inside(document) for record in opened(one, depth - 1)]
        yield from inside if any(map(kind_of, inside)) else [document]


def _several(document: Document) -> list[Document] | None:
    for name in _LISTS:
        if isinstance(found := document.get(name), list):
            return [as_document(one) for one in found]
    return None


def as_document(value: Any) -> Document:
    """A text is the body of a message, and nothing else of it; what is neither that nor a document tells nothing."""
    if isinstance(value, str):
        return {_BODIES[0]: value}
    return value if isinstance(value, dict) else {}


def _inside(document: Document) -> list[Document]:
    if "detail-type" in document:
        return _documents(document.get("detail"))
    if isinstance(sns := document.get("Sns"), dict):
        return [sns]
    if document.get("Type") == "Notification":  # SES greets a new topic with a line of text
        return _documents(_parsed(document.get("Message")))
    for name in _BODIES:
        if name in document:
            return _documents(_parsed(document[name]))
    return _documents(_parsed(_packed(document)))


def is_text(document: Document) -> bool:
    """Whether nothing but the body of a message is known."""
    return document.keys() == {_BODIES[0]}


def _packed(document: Document) -> Any:
    """The data of a stream's record, which is base64: Kinesis has it apart, Firehose beside the record's name."""
    stream = document.get("kinesis", document)
    data = stream.get("data") if isinstance(stream, dict) else None
    try:
        return b64decode(data, validate=True) if isinstance(data, str) else None
    except ValueError:
        return None


def _parsed(text: Any) -> Any:
    try:
        return json.loads(text)
    except (TypeError, ValueError, RecursionError):
        return None


def _documents(found: Any) -> list[Document]:
    return [one for one in (found if isinstance(found, list) else [found]) if isinstance(one, dict)]


def kind_of(record: Document) -> str:
    """`Bounce`, `Delivery`, ...: event publishing's field, or that of feedback notifications; empty for no record."""
    kind = record.get("eventType") or record.get("notificationType")
    return kind if isinstance(kind, str) else ""


def carrier_of(document: Document) -> str:
    """What a document is that holds no record of SES's; empty if nothing here carries such."""
    if isinstance(kind := document.get("detail-type"), str):
        return f"EventBridge's {kind}"
    if isinstance(document.get("Sns"), dict):
        return carrier_of(document["Sns"])
    if isinstance(kind := document.get("Type"), str) and "TopicArn" in document:
        return f"SNS's {kind}"
    inside = next(filter(None, map(carrier_of, _inside(document))), "")
    return inside or ("another message of SQS's" if any(document.keys() >= keys for keys in _OF_A_MESSAGE) else "")
