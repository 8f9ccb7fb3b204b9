"""A look into a queue: its messages are hidden from others meanwhile, and stay in it unless they are taken out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from loadtests.deploy.cloud import Cloud, aws, speaking_plainly
from loadtests.ports.clients import client
from loadtests.ports.local import REGION, local_session
from scenarios.errors import BadInput
from scenarios.formats.quoted import printable

MOST = 10  # messages of one request
HIDE_S = 600  # what a look that is killed has seen comes back after so long
WAIT_S = 1  # that a request looks for messages on all of SQS's machines
LOOKS = 2  # in a row that find nothing new say that there is nothing more
READ_TIMEOUT_S = 30.0
NO_QUEUE = ("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist")


class Seen(NamedTuple):
    """A message of the queue."""

    id: str
    body: str


class Peek:
    """What one look has seen. Each message has been received once, which its queue counts."""

    def __init__(self, sqs: Any, url: str) -> None:
        self._sqs, self._url = sqs, url
        self._receipts: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._receipts)

    def messages(self) -> Iterator[Seen]:
        """Each once, though a queue may show it again."""
        idle = 0
        while idle < LOOKS:
            answer = self._sqs.receive_message(
                QueueUrl=self._url, MaxNumberOfMessages=MOST, VisibilityTimeout=HIDE_S, WaitTimeSeconds=WAIT_S
            )
            found = {one["MessageId"]: one for one in answer.get("Messages", ())}
            new = [one for key, one in found.items() if key not in self._receipts]
            self._receipts |= {key: one["ReceiptHandle"] for key, one in found.items()}
            idle = 0 if new else idle + 1
            yield from (Seen(one["MessageId"], one["Body"]) for one in new)

    def most_receives(self) -> int | None:
        """After how many receives the queue moves a message to its dead-letter queue; None where it never does."""
        about = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["RedrivePolicy"])
        policy = json.loads(about.get("Attributes", {}).get("RedrivePolicy", "{}"))
        return int(policy["maxReceiveCount"]) if "maxReceiveCount" in policy else None

    def take_out(self, ids: Iterable[str]) -> int:
        """Delete these messages; how many of them the queue has let go."""
        gone = 0
        for some in _batches([*ids]):
            answer = self._sqs.delete_message_batch(QueueUrl=self._url, Entries=self._entries(some))
            kept = {some[int(failure["Id"])] for failure in answer.get("Failed", ())}
            gone += len(some) - len(kept)
            for one in set(some) - kept:
                del self._receipts[one]
        return gone

    def put_back(self) -> None:
        """Show at once what was not taken out; where that fails, it comes back by itself."""
        with suppress(BotoCoreError, ClientError):
            for some in _batches([*self._receipts]):
                entries = [entry | {"VisibilityTimeout": 0} for entry in self._entries(some)]
                self._sqs.change_message_visibility_batch(QueueUrl=self._url, Entries=entries)

    def _entries(self, ids: Sequence[str]) -> list[dict[str, Any]]:
        return [{"Id": str(place), "ReceiptHandle": self._receipts[one]} for place, one in enumerate(ids)]


def _batches(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    left = iter(ids)
    while some := [*islice(left, MOST)]:
        yield some


@contextmanager
def peeked(url: str, region: str | None, endpoint: str | None) -> Iterator[Peek]:
    """A look that ends with the block. Raises BadInput and RunFailed, in the block too."""
    place = _place(url, region, endpoint)
    with speaking_plainly(place.world), _naming(url):
        peek = Peek(_sqs(place), url)
        try:
            yield peek
        finally:
            peek.put_back()


def _place(url: str, region: str | None, endpoint: str | None) -> Cloud:
    if endpoint is not None:
        try:
            is_url = urlsplit(endpoint).scheme in ("http", "https") and bool(urlsplit(endpoint).hostname)
        except ValueError:
            is_url = False
        if not is_url:
            raise BadInput(f"--endpoint = {printable(endpoint)}: must be http://127.0.0.1:5555, where seslab serve is")
        return Cloud(f"--endpoint {printable(endpoint)}", local_session(region or REGION), endpoint)
    if region is None:
        raise BadInput(f"{printable(url)}: is a queue; say where it is with --region NAME, or with --endpoint URL")
    return aws(region)


def _sqs(place: Cloud) -> Any:
    return place.client("sqs") if place.url is None else client(place.session, "sqs", 1, READ_TIMEOUT_S, place.url)


@contextmanager
def _naming(url: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] in NO_QUEUE:
            raise BadInput(
                f"{printable(url)}: there is no such queue; `aws sqs list-queues` names those there are"
            ) from error
        raise
