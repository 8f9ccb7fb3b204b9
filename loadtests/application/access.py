"""What the pods of a run reach: SES, queues and functions through boto3, wherever they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from boto3.session import Session
from numpy.typing import NDArray

from loadtests.application.application_log import ApplicationLog
from loadtests.application.run_request import RunRequest
from loadtests.ports.clients import client
from loadtests.ports.invoking import Invoker
from loadtests.ports.kernel import Clock, Group
from loadtests.ports.outbox import Outbox
from loadtests.ports.request_threads import RequestThreads
from loadtests.ports.ses import Envelope, Mailer
from loadtests.ports.sqs import Queue
from loadtests.record.function_log import FunctionLog
from loadtests.record.reconcile import on_the_way
from scenarios.ledger.fates import Custody
from strategies.dice import Dice
from strategies.ports import Ports, Share

Connect = Callable[[str, int], Any]
"""A client of a service for so many connections at once."""


OTHERS_READ_TIMEOUT_S = 60.0  # botocore's own, and longer than a queue's longest poll


class Connector:
    """Connects to each service where it is: at its URL, or where boto3's own configuration says.

    The scenario's read timeout is that of SES's client: a queue without messages is silent for much longer.
    """

    def __init__(self, session: Session, ses_read_timeout_s: float, urls: Mapping[str, str | None]) -> None:
        self._session, self._ses_read_timeout_s, self._urls = session, ses_read_timeout_s, urls

    def __call__(self, service: str, connections: int) -> Any:
        read_timeout_s = self._ses_read_timeout_s if service == "sesv2" else OTHERS_READ_TIMEOUT_S
        return client(self._session, service, connections, read_timeout_s, self._urls.get(service))

    def also(self, urls: Mapping[str, str | None]) -> Connector:
        """The same with other services elsewhere."""
        return Connector(self._session, self._ses_read_timeout_s, {**self._urls, **urls})


class Access:
    """Makes the ports of each pod; all share one client a service, as the threads of one application would."""

    def __init__(
        self,
        connect: Connect,
        request: RunRequest,
        clock: Clock,
        application_log: ApplicationLog,
        queue_urls: Mapping[str, str],
        function_names: Mapping[str, str],
        envelope: Envelope,
    ) -> None:
        self._pods, self._chance, self._clock = request.plan.pods, Dice(request.seed), clock
        self._horizon_s = request.scenario.horizon_s
        self._application_log, self.client_log, self._envelope = application_log, request.client_log(), envelope
        self._urls = {name: url for name, url in queue_urls.items() if name in self._pods.uses}
        self._functions = {name: real for name, real in function_names.items() if name in self._pods.uses}
        many = self._pods.connections * self._pods.replicas
        self._ses = connect("sesv2", many)
        self._sqs = connect("sqs", many) if self._urls else None
        self._lambda = connect("lambda", many) if self._functions else None

    def ports(self, outbox: Outbox, group: Callable[[], Group], share: Share) -> tuple[Ports, Sequence[RequestThreads]]:
        """A pod's ports, and the threads that carry their requests."""
        services = ("ses", *self._urls, *self._functions)
        ses, *others = threads = [RequestThreads(self._pods.connections) for _ in services]
        free, log = iter(others), self._application_log
        mailer = Mailer(self._ses, self._clock, self.client_log, ses, self._envelope)
        queues = {
            name: Queue(self._sqs, url, next(free), log.put, log.seen, log.putting, self._left_s)
            for name, url in self._urls.items()
        }
        functions = {name: Invoker(self._lambda, real, next(free)) for name, real in self._functions.items()}
        return Ports(self._clock, self._chance, mailer, outbox, group, share, queues, functions), threads

    def _left_s(self) -> float:
        return self._horizon_s - self._clock.now()

    def custody(
        self, kept: NDArray[np.bool_], witness: NDArray[Any], function_log: FunctionLog, ended_s: float
    ) -> Custody:
        """The custodians of what SES has not accepted, queues and functions apart: pods, the wire, or none any more."""
        held = on_the_way(witness, self.client_log.rows(), ended_s)
        custody = Custody(kept & np.isnan(self._application_log.enqueued_s(ended_s)), held)
        for mail in self._application_log.on_the_wire(ended_s):
            custody.held.add(mail.number, mail.first, mail.recipients)
        custody.given_up.extend(self._application_log.given_up)
        custody.given_up.extend(function_log.given_up)
        return custody

    def close(self) -> None:
        """Close the pods' idle connections."""
        for connected in (self._ses, self._sqs, self._lambda):
            if connected is not None:
                connected.close()
