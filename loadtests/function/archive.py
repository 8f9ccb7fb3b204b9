"""The events of a stack: taken out of its queue into a bucket, and read from there.

An event is deleted from the queue once it is in the bucket. Where that is cut short it is kept twice, which changes no
answer: whoever reads events takes copies for one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from gzip import GzipFile, compress
from io import BytesIO
from itertools import chain
from time import monotonic
from typing import Any
from uuid import uuid4

from scenarios.events.documents import documents

EVENTS = "events/"
AT_ONCE = 10  # messages of a request
THREADS = 8
PORTION = 5_000  # events of an object
HIDE_S = 900  # as long as Lambda may run
WAIT_S = 1  # that a request looks for messages on all of SQS's machines
LOOKS = 2  # in a row that find nothing say that there is nothing more

Message = Mapping[str, str]


class Archive:
    """Events by the instant at which they were kept, which none of them is later than."""

    def __init__(self, s3: Any, bucket: str) -> None:
        self._s3, self._bucket = s3, bucket

    def keep(self, bodies: Iterable[str], now: datetime) -> None:
        """One object, gzipped, with a line for each event; what is none, such as SNS's greeting, is not kept."""
        lines = [json.dumps(document) for body in bodies if (document := _document(body))]
        if lines:
            key = f"{_prefix(now)}-{uuid4().hex}.jsonl.gz"
            self._s3.put_object(Bucket=self._bucket, Key=key, Body=compress("\n".join(lines).encode(), mtime=0))

    def since(self, then: datetime) -> Iterator[Mapping[str, Any]]:
        """All that were kept since then, and so all that happened since then."""
        for key in self._keys(StartAfter=_prefix(then)):
            packed = self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read()
            yield from (placed.document for placed in documents(GzipFile(fileobj=BytesIO(packed)), key))

    def forget(self, before: datetime) -> None:
        """Delete those that were kept before then: they hold addresses."""
        for key in self._keys():
            if key >= _prefix(before):
                return
            self._s3.delete_object(Bucket=self._bucket, Key=key)

    def _keys(self, **more: str) -> Iterator[str]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=EVENTS, **more)
        return (item["Key"] for page in pages for item in page.get("Contents", ()))


def drain(sqs: Any, url: str, archive: Archive, until_s: float) -> bool:
    """Move the queue's events into the archive; whether it was empty before `until_s` of the monotonic clock."""
    with ThreadPoolExecutor(THREADS) as pool:
        found: list[Message] = []
        idle = 0
        while idle < LOOKS and monotonic() < until_s:
            new = list(chain.from_iterable(pool.map(lambda _: _receive(sqs, url), range(THREADS))))
            idle = 0 if new else idle + 1
            found += new
            if found and (idle or len(found) >= PORTION):
                _move(sqs, url, archive, found, pool)
                found = []
        if found:
            _move(sqs, url, archive, found, pool)
    return idle >= LOOKS


def _move(sqs: Any, url: str, archive: Archive, found: Sequence[Message], pool: ThreadPoolExecutor) -> None:
    archive.keep([one["Body"] for one in found], datetime.now(UTC))
    some = [found[start : start + AT_ONCE] for start in range(0, len(found), AT_ONCE)]
    list(pool.map(lambda these: _delete(sqs, url, these), some))


def _receive(sqs: Any, url: str) -> list[Message]:
    answer = sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=AT_ONCE, VisibilityTimeout=HIDE_S, WaitTimeSeconds=WAIT_S
    )
    found: list[Message] = answer.get("Messages", [])
    return found


def _delete(sqs: Any, url: str, these: Sequence[Message]) -> None:
    entries = [{"Id": str(place), "ReceiptHandle": one["ReceiptHandle"]} for place, one in enumerate(these)]
    sqs.delete_message_batch(QueueUrl=url, Entries=entries)


def _document(body: str) -> dict[str, Any] | None:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _prefix(at: datetime) -> str:
    """Begins the names of objects of that second: names are in the order of time."""
    return f"{EVENTS}{at:%Y-%m-%dT%H%M%SZ}"
