"""How large a mail may be, with its attachments in the form in which they travel.

Source: Amazon SES Developer Guide, "Service quotas in Amazon SES", message quotas.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import ceil
from typing import Any

from loadtests.endpoint.message import Message
from loadtests.endpoint.refusals import invalid


def bytes_of(*texts: str) -> int:
    """What texts take in UTF-8."""
    return sum(len(text.encode()) for text in texts)


def bytes_of_attachments(attachments: Iterable[Mapping[str, Any]]) -> int:
    """v2's Attachments go in base64."""
    return sum(4 * ceil(len(attachment["RawContent"]) / 3) for attachment in attachments)


def check_size(message: Message) -> None:
    """Raises Refused, in SES's own words, if the mail is larger than its interface takes."""
    length = message.built_bytes if message.raw is None else len(message.raw)
    if length > message.most_bytes:
        raise invalid(f"Message length is more than {message.most_bytes} bytes long: '{length}'.")
