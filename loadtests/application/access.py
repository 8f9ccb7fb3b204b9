"""What the pods of a run reach: SES, queues, functions and tables through boto3, wherever they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any, NamedTuple

import numpy as np
from boto3.session import Session
from numpy.typing import NDArray

from loadtests.application.application_log import ApplicationLog
from loadtests.application.run_request import RunRequest
from loadtests.ports.clients import client
from loadtests.ports.invoking import Invoker
from loadtests.ports.kernel import Clock, Group
from loadtests.ports.outbox import Outbox
from loadtests.ports.pool import PoolMailer
from loadtests.ports.request_threads import RequestThreads
from loadtests.ports.ses import Envelope, Mailer
from loadtests.ports.sqs import Queue
from loadtests.ports.tables import Table
from loadtests.record.function_log import FunctionLog
from loadtests.record.reconcile import on_the_way
from scenarios.aws.routing import router_of
from scenarios.ledger.fates import Custody
from strategies.dice import Dice
from strategies.ports import Ports, Share
from strategies.resources import Plan, Pods

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


def calls_at_once(plan: Plan) -> int:
    """How many requests the pods of a plan, workers among them, may have under way to one service."""
    return sum(pods.connections * pods.replicas for pods in plan.all_pods())


class Sender(NamedTuple):
    """An account that is sent through: how its SES is connected to, and from whom its mail is."""

    connect: Connect
    envelope: Envelope


class Names(NamedTuple):
    """What each part is called where it is, by its declared name: queues by URL."""

    queues: Mapping[str, str]
    functions: Mapping[str, str]
    tables: Mapping[str, str]

    def used_by(self, *processes: Pods) -> Names:
        """Those that these may use."""
        used = {name for pods in processes for name in pods.uses}
        return Names(*({name: real for name, real in names.items() if name in used} for names in self))


class Access:
    """Makes the ports of each pod; all share one client a service, as the threads of one application would."""

    def __init__(
        self,
        connect: Connect,
        request: RunRequest,
        clock: Clock,
        application_log: ApplicationLog,
        names: Names,
        senders: Sequence[Sender],
    ) -> None:
        """Of several senders a pool's routing chooses for each call; `connect` is for everything but SES."""
        self._names, self._chance, self._clock = names, Dice(request.seed), clock
        self._tables = {table.name: table for table in request.plan.tables}
        self._horizon_s = request.scenario.horizon_s
        self._application_log, self.client_logs = application_log, request.client_logs(len(senders))
        self._rates_per_s = [one.max_send_rate_per_s for one in request.scenario.accounts.values()]
        self._pool = request.scenario.pool
        used, many = names.used_by(*request.plan.all_pods()), calls_at_once(request.plan)
        self._ses = [sender.connect("sesv2", many) for sender in senders]
        self._envelopes = [sender.envelope for sender in senders]
        self._sqs = connect("sqs", many) if used.queues else None
        self._lambda = connect("lambda", many) if used.functions else None
        self._dynamodb = connect("dynamodb", many) if used.tables else None
        self._pooling = count()  # hosts that send out of a pool, by number
        self._sending: list[RequestThreads] = []

    def ports(
        self, pods: Pods, outbox: Outbox, group: Callable[[], Group], share: Share
    ) -> tuple[Ports, Sequence[RequestThreads]]:
        """The ports of one of the pods, and the threads that carry their requests."""
        urls, real_functions, real_tables = self._names.used_by(pods)
        services = ("ses", *urls, *real_functions, *real_tables)
        ses, *others = threads = [RequestThreads(pods.connections) for _ in services]
        self._sending.append(ses)
        free, log = iter(others), self._application_log
        mailer = self._mailer(ses)
        queues = {
            name: Queue(self._sqs, url, next(free), log.put, log.seen, log.putting, self._left_s)
            for name, url in urls.items()
        }
        functions = {name: Invoker(self._lambda, real, next(free)) for name, real in real_functions.items()}
        tables = {
            name: Table(self._dynamodb, self._tables[name], real, next(free)) for name, real in real_tables.items()
        }
        return Ports(self._clock, self._chance, mailer, outbox, group, share, queues, functions, tables), threads

    def _mailer(self, threads: RequestThreads) -> Mailer | PoolMailer:
        mailers = [
            Mailer(ses, self._clock, log, threads, envelope)
            for ses, log, envelope in zip(self._ses, self.client_logs, self._envelopes, strict=True)
        ]
        if self._pool is None:
            return mailers[0]
        router = router_of(self._pool.routing, self._rates_per_s, next(self._pooling))
        return PoolMailer(self._clock, mailers, router)

    def callers(self) -> list[NDArray[Any]]:
        """For each sender how its callers saw their calls, rows of `CALL`."""
        return [log.rows() for log in self.client_logs]

    @property
    def is_sending(self) -> bool:
        """Whether a send of a pod, be it alive or dead, is under way."""
        return not all(threads.is_quiet for threads in self._sending)

    def _left_s(self) -> float:
        return self._horizon_s - self._clock.now()

    def custody(
        self, kept: NDArray[np.bool_], witness: NDArray[Any], function_log: FunctionLog, ended_s: float
    ) -> Custody:
        """The custodians of what SES has not accepted, queues and functions apart: pods, the wire, or none any more."""
        held = on_the_way(witness, np.concatenate(self.callers()), ended_s)
        custody = Custody(kept & np.isnan(self._application_log.enqueued_s(ended_s)), held)
        for mail in self._application_log.on_the_wire(ended_s):
            custody.held.add(mail.number, mail.first, mail.recipients)
        custody.given_up.extend(self._application_log.given_up)
        custody.given_up.extend(function_log.given_up)
        return custody

    def close(self) -> None:
        """Close the pods' idle connections."""
        for connected in (*self._ses, self._sqs, self._lambda, self._dynamodb):
            if connected is not None:
                connected.close()
