"""What the Lambda of the weekly report runs: takes a stack's events out of its queue, and has a report made of them.

Nothing here, nor in what this imports, needs more than Lambda's Python runtime brings.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from email.message import EmailMessage
from importlib import import_module
from mimetypes import guess_type
from time import monotonic
from typing import Any

import boto3

from loadtests.function.archive import Archive, drain

HANDLER = f"{__name__}.handle"
MODULE, QUEUE, BUCKET, SENDER, TO = (
    "SESLAB_REPORT", "SESLAB_EVENTS", "SESLAB_BUCKET", "SESLAB_FROM", "SESLAB_REPORT_TO",
)  # fmt: skip
"""The variables of its environment; without an address to send to the report stays in the bucket."""

DAYS = 7
KEPT_DAYS = 35
REPORT_S = 300.0  # that are left for the report when no more events are taken out of the queue
MOST_BYTES = 5_000_000  # that are sent: mailboxes refuse more


class Unfinished(Exception):
    """More events wait than one invocation can take. Lambda tries again, and goes on where this has ended."""


def handle(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Lambda's entry point; the answer says where the report lies."""
    until_s = monotonic() + context.get_remaining_time_in_millis() / 1_000 - REPORT_S
    return report(os.environ, datetime.now(UTC), until_s)


def report(variables: Mapping[str, str], now: datetime, until_s: float) -> dict[str, Any]:
    """Raises Unfinished where events are still in the queue: a list that lacks recipients looks like a whole one."""
    s3, bucket, since = boto3.client("s3"), variables[BUCKET], since_of(now)
    archive = Archive(s3, bucket)
    if not drain(boto3.client("sqs"), variables[QUEUE], archive, until_s):
        raise Unfinished("more events are in the queue than one invocation can take")
    made = import_module(variables[MODULE]).report(archive.since(since), since.timestamp())
    folder = f"reports/{now:%Y-%m-%d}/"
    for name, content in made.files.items():
        s3.put_object(Bucket=bucket, Key=f"{folder}{name}", Body=content, ContentType=f"{_type(name)}; charset=utf-8")
    where = f"s3://{bucket}/{folder}"
    if variables[TO]:
        _send(variables[SENDER], variables[TO], f"{made.said}.\n\nKept in {where}\n", made.files)
    archive.forget(now - timedelta(days=KEPT_DAYS))
    return {"report": where, "events": made.events, "said": made.said}


def since_of(now: datetime) -> datetime:
    """The beginning of a day, UTC, so that a report that begins late leaves no gap behind the one before."""
    return datetime.combine(now.date() - timedelta(days=DAYS), time(), UTC)


def _send(sender: str, to: str, text: str, files: Mapping[str, bytes]) -> None:
    """Without a configuration set: its own events are no part of the next report."""
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "Who cannot be reached", sender, to
    mail.set_content(text)
    if sum(map(len, files.values())) <= MOST_BYTES:
        for name, content in files.items():
            main, _, sub = _type(name).partition("/")
            mail.add_attachment(content, maintype=main, subtype=sub, filename=name)
    boto3.client("sesv2").send_email(
        FromEmailAddress=sender,
        Destination={"ToAddresses": [to]},
        Content={"Raw": {"Data": mail.as_bytes()}},
    )


def _type(name: str) -> str:
    return guess_type(name)[0] or "application/octet-stream"
