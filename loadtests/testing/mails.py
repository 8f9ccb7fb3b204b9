"""A mail that SES has accepted, as a test looks at it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

Read = Callable[[str], bytes]
"""What the endpoint tells of a mail, by the route below the mail's own."""


class Attachment(NamedTuple):
    """A file that came with a mail."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """Addresses are as the sender wrote them; a text that the mail has not got is empty."""

    message_id: str
    sender: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    bcc: tuple[str, ...]
    subject: str
    text: str
    html: str
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    tags: Mapping[str, str]
    configuration_set: str | None
    template: str | None
    attachments: tuple[Attachment, ...]
    fates: Mapping[str, tuple[str, ...]]  # what becomes of the mail at each recipient
    events: tuple[dict[str, Any], ...] = field(repr=False)  # SES's, of this mail, in their order
    accepted_unix_s: float
    _raw: Callable[[], bytes] = field(repr=False, compare=False)

    @property
    def recipients(self) -> tuple[str, ...]:
        """To, Cc and Bcc, in this order."""
        return self.to + self.cc + self.bcc

    @property
    def raw(self) -> bytes:
        """The MIME text, or one such as SES builds; it is asked for now, so the mail must still be kept."""
        return self._raw()


def mail_of(document: Mapping[str, Any], read: Read) -> Mail:
    """A mail as the endpoint's route tells it."""
    return Mail(
        message_id=document["id"],
        sender=document["from"],
        to=tuple(document["to"]),
        cc=tuple(document["cc"]),
        bcc=tuple(document["bcc"]),
        subject=document["subject"],
        text=document["text"],
        html=document["html"],
        headers=tuple((header["name"], header["value"]) for header in document["headers"]),
        tags=document["tags"],
        configuration_set=document["configuration_set"],
        template=document["template"],
        attachments=tuple(_attachment(file, read) for file in document["attachments"]),
        fates={one["address"]: tuple(one["fates"]) for one in document["recipients"]},
        events=tuple(document["events"]),
        accepted_unix_s=document["accepted_unix_s"],
        _raw=partial(read, "/raw"),
    )


def _attachment(file: Mapping[str, Any], read: Read) -> Attachment:
    return Attachment(file["name"], file["type"], read(f"/attachments/{file['number']}"))
