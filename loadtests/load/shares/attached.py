"""A local AWS that was there before and others may use too, as one share of a run sees it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any

from boto3.session import Session
from botocore.exceptions import BotoCoreError, ClientError
from numpy.typing import NDArray

from loadtests.load.assignment import is_of
from loadtests.load.shares.share_order import ShareOrder
from loadtests.load.targets.endpoint_client import client_of
from loadtests.moto.local_aws import PATIENCE_S
from loadtests.ports.clients import client
from loadtests.ports.local import REGION
from scenarios.errors import RunFailed


class Attached:
    """Is asked, and never told to begin anew; what it has decided for others is left out."""

    def __init__(self, order: ShareOrder) -> None:
        assert order.endpoint is not None
        self._order, self.url = order, order.endpoint
        self._client = client_of(self.url, REGION)
        self.look()

    def begin(self) -> int:
        """All shares have agreed on time zero before."""
        self._second_zero = self._client.zero_unix_s()
        return self._order.zero_unix_s

    def look(self) -> int:
        """Raises RunFailed without an answer. What others have on their way, no share waits for."""
        self._client.in_flight()
        return 0

    def calls(self) -> NDArray[Any]:
        """What SES has decided about this share's mails, as rows of `DECISION` on the run's own clock."""
        if self._client.zero_unix_s() != self._second_zero:
            raise RunFailed(f"--endpoint {self.url}: was started anew during the run, and has forgotten what it did")
        rows, share = self._client.decisions_since(self._order.zero_unix_s), self._order.share
        mine: NDArray[Any] = rows[is_of(rows["call"], self._order.run) & (rows["mail"] % share.of == share.place)]
        return mine

    def usage(self, _polls: int) -> dict[str, float]:
        """One client's requests to SQS and DynamoDB are not counted apart."""
        return {}

    def kill(self) -> None:
        """It is not the run's own: threads that wait for its answer leave without it."""

    def queues(self) -> dict[str, list[dict[str, Any]]]:
        """Every queue's messages, by its name."""
        return self._client.queues()

    @contextmanager
    def tidied(self, session: Session) -> Iterator[None]:
        """What a share has made here is removed with the block; where there is no answer any more, there is nothing."""
        try:
            yield
        finally:
            with suppress(BotoCoreError, ClientError):
                self._remove_queues(session, f"{self._order.name}-")
                self._remove_tables(session, f"{self._order.name}-")

    def _remove_queues(self, session: Session, prefix: str) -> None:
        with closing(client(session, "sqs", 1, PATIENCE_S, self.url)) as sqs:
            for url in sqs.list_queues(QueueNamePrefix=prefix).get("QueueUrls", ()):
                sqs.delete_queue(QueueUrl=url)

    def _remove_tables(self, session: Session, prefix: str) -> None:
        with closing(client(session, "dynamodb", 1, PATIENCE_S, self.url)) as dynamodb:
            for page in dynamodb.get_paginator("list_tables").paginate():
                for name in page["TableNames"]:
                    if name.startswith(prefix):
                        dynamodb.delete_table(TableName=name)
