"""What carries SES's events: SNS wraps one as text, EventBridge puts it into its `detail`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

Document = Mapping[str, Any]

_DEEPEST = 3  # EventBridge's event may come through SNS


def opened(document: Document) -> Document:
    """The innermost document: SES's own record, or else what was in its place."""
    for _ in range(_DEEPEST):
        inside = _inside(document)
        if inside is None:
            break
        document = inside
    return document


def _inside(document: Document) -> Document | None:
    if kind_of(document):
        return None
    inside = document.get("detail") if "detail-type" in document else _message(document)
    return inside if isinstance(inside, dict) and (kind_of(inside) or _inside(inside)) else None


def _message(document: Document) -> Any:
    """What SNS says in a notification; SES greets a new topic with a line of text."""
    if document.get("Type") != "Notification":
        return None
    try:
        return json.loads(document["Message"])
    except (KeyError, TypeError, ValueError, RecursionError):
        return None


def kind_of(record: Document) -> str:
    """`Bounce`, `Delivery`, ...: event publishing's field, or that of feedback notifications; empty for no record."""
    kind = record.get("eventType") or record.get("notificationType")
    return kind if isinstance(kind, str) else ""


def carrier_of(document: Document) -> str:
    """What a document is that holds no record of SES's; empty if it is neither SNS's nor EventBridge's."""
    if isinstance(kind := document.get("detail-type"), str):
        return f"EventBridge's {kind}"
    kind = document.get("Type")
    return f"SNS's {kind}" if isinstance(kind, str) and "TopicArn" in document else ""
