"""A local AWS that was there before and others may use too, as one share of a run sees it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from typing import Any

import numpy as np
from boto3.session import Session
from botocore.exceptions import BotoCoreError, ClientError
from numpy.typing import NDArray

from loadtests.application.run_request import RunRequest
from loadtests.deploy.run import requests_of
from loadtests.load.assignment import WORLD, is_of
from loadtests.load.shares.share_order import ShareOrder
from loadtests.load.targets.endpoint_client import client_of
from loadtests.moto.local_aws import PATIENCE_S
from loadtests.ports.clients import client
from loadtests.ports.local import REGION, Caller
from loadtests.ports.local_accounts import local_account
from scenarios.errors import RunFailed
from scenarios.ledger.build_ledger import Evidence
from scenarios.ledger.ledger import Ledger
from scenarios.schema.accounts.accounts import UNNAMED

UNCOUNTED = "the cost leaves out {}, which an endpoint that others use counts for all of them"


class Attached:
    """Is asked, and never told to begin anew; what it has decided for others is left out.

    `callers` are the accounts that are sent through, by name; none stands for the one of a server that names none.
    """

    def __init__(self, order: ShareOrder, callers: Mapping[str, Caller]) -> None:
        assert order.endpoint is not None
        self._order, self.url = order, order.endpoint
        named = {
            name: client_of(self.url, caller.region, local_account(name).number) for name, caller in callers.items()
        }
        self._clients = named or {UNNAMED: client_of(self.url, REGION)}
        self.look()

    def begin(self) -> int:
        """All shares have agreed on time zero before."""
        self._second_zero = self._begun_at()
        return self._order.zero_unix_s

    def _begun_at(self) -> list[float]:
        return [each.zero_unix_s() for each in self._clients.values()]

    def look(self) -> int:
        """Raises RunFailed without an answer. What others have on their way, no share waits for."""
        for each in self._clients.values():
            each.in_flight()
        return 0

    def calls(self) -> NDArray[Any]:
        """What SES has decided about this share's mails, as rows of `DECISION` on the run's own clock."""
        return np.concatenate([self.decisions_of(name) for name in self._clients])

    def decisions_of(self, account: str) -> NDArray[Any]:
        """The same of one of several accounts."""
        if self._begun_at() != self._second_zero:
            raise RunFailed(f"--endpoint {self.url}: was started anew during the run, and has forgotten what it did")
        rows, share = self._clients[account].decisions_since(self._order.zero_unix_s), self._order.share
        mine: NDArray[Any] = rows[is_of(rows["call"], self._order.run) & (rows["mail"] % share.of == share.place)]
        return mine

    def usage(self, _polls: int) -> dict[str, float]:
        """One client's requests to SQS and DynamoDB are not counted apart."""
        return {}

    def kill(self) -> None:
        """It is not the run's own: threads that wait for its answer leave without it."""

    def queues(self) -> dict[str, list[dict[str, Any]]]:
        """Every queue's messages, by its name."""
        return {name: held for each in self._clients.values() for name, held in each.queues().items()}

    def ledger(self, request: RunRequest, evidence: Evidence) -> Ledger:
        """Of what a share has played here; the calls of a pool name the account that decided."""
        ledger, asked = request.ledger(evidence, WORLD), requests_of(request.plan)
        warnings = (*ledger.warnings, *((UNCOUNTED.format(asked),) if asked else ()))
        return replace(ledger, warnings=warnings, accounts=tuple(request.scenario.accounts))

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
