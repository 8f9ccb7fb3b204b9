"""The document of those who cannot be reached. Schema `seslab/bounces/v1`."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, with_config
from typing_extensions import TypedDict

from reports.documents.reading import STRICT

SCHEMA: Final = "seslab/bounces/v1"

Instant = Annotated[str, Field(description="UTC, such as 2026-11-02T08:00:00Z")]


class FailureEntry(TypedDict):
    """One type of failure of one recipient."""

    type: Annotated[
        Literal["complaint", "hard bounce", "suppressed", "soft bounce", "rejected", "rendering failure", "delayed"],
        Field(description="what happened to the mail"),
    ]
    reason: Annotated[str, Field(description="why the last one failed: a word for programs, such as mailbox-full")]
    count: Annotated[int, Field(ge=1, description="how often; copies of an event count once")]
    first: Annotated[Instant, Field(description="the first one")]
    last: Annotated[Instant, Field(description="the last one")]


class RecipientEntry(TypedDict):
    """One recipient to whom mail failed. What is told of the mail is that of the last failure of its `type`."""

    address: Annotated[str, Field(description="in small letters")]
    type: Annotated[str, Field(description="the gravest failure that no later delivery has overtaken, else of all")]
    reason: Annotated[str, Field(description="why: a word for programs, such as mailbox-full")]
    why: Annotated[str, Field(description="the same for people")]
    action: Annotated[
        Literal["ask", "call", "remove", "developers", "wait", "nothing"], Field(description="what to do: a word")
    ]
    to_do: Annotated[str, Field(description="the same for people")]
    count: Annotated[int, Field(ge=1, description="failures of all types together")]
    first: Annotated[Instant, Field(description="the first failure")]
    last: Annotated[Instant, Field(description="the last failure")]
    last_delivered: Annotated[Instant | None, Field(description="the last mail that arrived; null where none has")]
    works_again: Annotated[bool, Field(description="whether mail has arrived since; never after a complaint")]
    tried_until: Annotated[Instant | None, Field(description="of a delayed mail: when SES gives up")]
    status: Annotated[str, Field(description="the status code of the notification, such as 5.1.1; empty without")]
    diagnostic: Annotated[str, Field(description="the server's own words; empty without")]
    subject: Annotated[str, Field(description="the mail's; empty if the events do not hold it")]
    message_id: Annotated[str, Field(description="the mail's, as SES calls it")]
    tags: Annotated[dict[str, list[str]], Field(description="the mail's, the sender's own and SES's")]
    failures: Annotated[list[FailureEntry], Field(description="one for each type, the gravest first")]


class RecipientCounts(TypedDict):
    """How many recipients events tell of."""

    told: Annotated[int, Field(ge=0, description="with a delivery or a failure")]
    failing: Annotated[int, Field(ge=0, description="with a failure that no delivery has overtaken")]
    working_again: Annotated[int, Field(ge=0, description="with a failure, and a delivery since")]


@with_config(STRICT)
class BouncesDocument(TypedDict):
    """Who cannot be reached, and why. Documents may grow: ignore keys that you do not know."""

    schema: Annotated[Literal["seslab/bounces/v1"], Field(description="which kind of document this is")]
    since: Annotated[Instant | None, Field(description="older events do not count; null where all do")]
    first_event: Annotated[Instant | None, Field(description="the first one that counts; null without any")]
    last_event: Annotated[Instant | None, Field(description="the last one that counts; null without any")]
    recipients: Annotated[RecipientCounts, Field(description="how many")]
    failed: Annotated[
        list[RecipientEntry], Field(description="by what is to be done; then those that failed last come first")
    ]
