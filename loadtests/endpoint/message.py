"""One mail on its way into SES, whichever interface it came through, and SES's receipt for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, TypedDict

from loadtests.endpoint.refusals import Refused

V1_MOST_BYTES = 10 * 1024 * 1024
MOST_BYTES = 40 * 1024 * 1024  # v2 and SMTP


class Recipients(TypedDict):
    """The fields of a `Message` that say to whom it goes."""

    to: tuple[str, ...]
    cc: tuple[str, ...]
    bcc: tuple[str, ...]


class Withheld(StrEnum):
    """Why SES keeps a mail that it has accepted from a recipient, as the bounce that it publishes says it."""

    BY_ACCOUNT = "OnAccountSuppressionList"
    BY_TENANT = "OnTenantSuppressionList"
    UNSUBSCRIBED = "UnsubscribedRecipient"


class ListManagement(NamedTuple):
    """The contact list that a mail is for, and the topic that it is about."""

    contact_list: str
    topic: str | None = None


class Client(NamedTuple):
    """Who sends a request: how it introduces itself, from which address, and at which address it asks."""

    name: str = ""
    ip: str = "127.0.0.1"
    url: str = "http://localhost:5555"


SOMEBODY = Client()


class Attachment(NamedTuple):
    """A file that goes with a mail; one that is inline is shown by the HTML that names its content id."""

    name: str
    kind: str
    content_id: str
    is_inline: bool
    content: bytes
    description: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One mail as SES is asked to send it, whatever the interface."""

    source: str
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    subject: str = ""
    raw: bytes | None = None  # the MIME text, where the caller handed one in
    headers: tuple[tuple[str, str], ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)  # EmailTags, Tags, or the header X-SES-MESSAGE-TAGS
    configuration_set: str | None = None
    return_path: str = ""  # ReturnPath, or FeedbackForwardingEmailAddress
    reply_to: tuple[str, ...] = ()
    more_senders: tuple[str, ...] = ()  # From, Sender and Return-Path of its fields
    flaw: Refused | None = None  # why SES does not take it, found when its MIME text was read
    operation: str = ""  # SES's name of what it was handed in with, such as SendEmail
    caller: str = ""  # which interface and client: "v2 SendEmail", "smtp", ... shown by /_seslab/calls
    client: Client = SOMEBODY
    text: str = ""  # of a mail without `raw`, as its HTML and its attachments
    html: str = ""
    attachments: tuple[Attachment, ...] = ()
    built_bytes: int = 0  # subject, texts and attachments of a mail without `raw`; headers of SES's own are not counted
    most_bytes: int = MOST_BYTES  # that its interface takes
    suppressed: Mapping[str, Withheld] = field(default_factory=dict)  # recipients: accepted, then bounced
    list_management: ListManagement | None = None
    tenant: str | None = None
    max_delivery_s: float | None = None  # after which SES gives up, where its configuration set says so
    template: str = ""  # the name of what it was made of
    rendering_error: str = ""  # why its template cannot be rendered: accepted, then a Rendering Failure and no delivery

    @property
    def recipients(self) -> tuple[str, ...]:
        """To, Cc and Bcc, in this order."""
        return self.to + self.cc + self.bcc

    @property
    def body(self) -> str:
        """What moto's inspection shows of a mail without `raw`."""
        return self.html or self.text


class Sent(NamedTuple):
    """SES has taken a mail."""

    message_id: str
    at_unix_s: float
