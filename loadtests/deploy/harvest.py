"""What a deployed run leaves on its account: messages in queues, lines in logs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from loadtests.ports.payloads import mail_of
from scenarios.ledger.fates import Pieces

MOST = 10
HIDE_S = 120  # long enough that nothing is read twice
_REPORT = re.compile(r"^REPORT .*Billed Duration: (?P<ms>[0-9.]+) ms\s+Memory Size: (?P<mb>\d+) MB")


def messages_of(sqs: Any, url: str, wait_s: int) -> Pieces:
    """The mails in a queue that no function holds; two empty answers in a row say that there are no more."""
    pieces, empty = Pieces(), 0
    while empty < 2:
        answer = sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=MOST, VisibilityTimeout=HIDE_S, WaitTimeSeconds=wait_s
        )
        messages = answer.get("Messages", ())
        empty = 0 if messages else empty + 1
        for message in messages:
            mail = mail_of(message["Body"])
            pieces.add(mail.number, mail.first, mail.recipients)
    return pieces


def lines_of(logs: Any, function: str, since_unix_s: float) -> Iterator[str]:
    """A function's log, line by line; none where it never ran."""
    pages = logs.get_paginator("filter_log_events").paginate(
        logGroupName=f"/aws/lambda/{function}", startTime=int(since_unix_s * 1000)
    )
    for page in pages:
        for event in page["events"]:
            yield from event["message"].splitlines()


def bill_of(lines: Iterable[str]) -> dict[str, float]:
    """What Lambda says that it bills."""
    reports = [match for line in lines if (match := _REPORT.match(line))]
    gb_s = sum(float(report["ms"]) / 1000 * int(report["mb"]) / 1024 for report in reports)
    return {"lambda_requests": float(len(reports)), "lambda_gb_s": gb_s}


def bill_of_relayed(lines: Sequence[str], memory_mb: int, ended_s: float) -> dict[str, float]:
    """The same of a function that a relay calls: its calls fill the run, and the last one has no report yet."""
    reported, memory_gb = bill_of(lines), memory_mb / 1024
    requests = float(sum(line.startswith("START ") for line in lines))
    if requests <= reported["lambda_requests"]:
        return reported
    return {"lambda_requests": requests, "lambda_gb_s": max(reported["lambda_gb_s"], ended_s * memory_gb)}
