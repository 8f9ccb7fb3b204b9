"""One run on a local AWS: pods, pollers, ticks and functions here, SES and SQS behind an endpoint."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

from numpy.typing import NDArray

from loadtests.application.access import Access, Connect, Names, Sender
from loadtests.application.application_log import ApplicationLog
from loadtests.application.pods import Application
from loadtests.application.run_lifecycle import RunLifecycle, Services
from loadtests.application.run_request import RunRequest
from loadtests.function.entry import RUN, variable, variables_of
from loadtests.function.package import told_ways
from loadtests.local_lambda.environments import Nursery
from loadtests.local_lambda.lambda_api import Api
from loadtests.local_lambda.local_lambda import LocalLambda
from loadtests.moto import tables
from loadtests.moto.queues import Queues, arn_of
from loadtests.ports.kernel import Clock
from loadtests.ports.payloads import mail_of
from loadtests.ports.request_threads import RequestThreads
from loadtests.ports.sqs import Queue
from loadtests.record.function_log import FunctionLog, function_log_of
from scenarios.aws.open_work import OpenWork
from scenarios.errors import RunFailed
from scenarios.ledger.fates import Custody, Pieces
from strategies.registry import module_of

Contents = Mapping[str, list[dict[str, Any]]]
"""Messages by the real names of their queues."""

MOST_POLLS = 256  # of a mapping's pollers, at once
LOOK_EVERY_S = 2.0


class Watched(Protocol):
    """What a run stands and falls with."""

    def look(self) -> int:
        """How many sends SES has not decided on; raises RunFailed without an answer."""
        ...

    def kill(self) -> None:
        """End it: threads that wait for its answer shall get an error."""
        ...


class Endpoint(Watched, Protocol):
    """Where SES and SQS are: a local AWS of the run's own (`Moto`), or one that runs already (`Attached`)."""

    @property
    def url(self) -> str: ...

    def begin(self) -> int:
        """The second of Unix time, a little ahead, that is scenario second 0."""
        ...

    def calls(self) -> NDArray[Any]:
        """What SES has decided about the run's mails, as rows of `record.logs.DECISION`, on the run's clock."""
        ...

    def queues(self) -> Contents:
        """Every queue's messages."""
        ...

    def usage(self, polls: int) -> dict[str, float]:
        """What the run asked of SQS and of DynamoDB, where it has been counted; `polls` were the harness's own."""
        ...


class Serverless:
    """The queues and tables of a run and, where its plan has any, the processes that its functions run in."""

    def __init__(self, request: RunRequest, connect: Connect, log: Path, surroundings: Mapping[str, str]) -> None:
        self._request, self._log_path, self._surroundings = request, log, surroundings
        self.pollers = connect("sqs", MOST_POLLS) if request.plan.queues else None
        self.queues = Queues(self.pollers, log.stem, request.plan.queues)
        self.tables = self._tables(connect)
        self.arns = {name: arn_of(self.pollers, url) for name, url in self.queues.urls.items()}
        self._local: LocalLambda | None = None

    def _tables(self, connect: Connect) -> dict[str, str]:
        """Make them."""
        if not self._request.plan.tables:
            return {}
        with closing(connect("dynamodb", 1)) as dynamodb:
            return tables.made(dynamodb, self._log_path.stem, self._request.plan.tables)

    @contextmanager
    def opened(self) -> Iterator[dict[str, str]]:
        """Gives the URLs of the services that are here."""
        with ExitStack() as stack:
            if self.pollers is not None:
                stack.callback(self.pollers.close)
            if not self._request.plan.functions:
                yield {}
                return
            api = stack.enter_context(Api(self._accept))
            url = f"http://{api.address}"
            self.nursery = stack.enter_context(Nursery(api, self._variables(url), self._log_path))
            yield {"lambda": url}

    def attend(self, local: LocalLambda) -> None:
        """Let `local` have the events that functions send."""
        self._local = local

    def _accept(self, function: str, event: dict[str, Any]) -> None:
        assert self._local is not None
        self._local.accept(function, event)

    def _variables(self, lambda_url: str) -> dict[str, str]:
        """The environment variables that all functions share."""
        request = self._request
        return {
            **self._surroundings,
            "AWS_ENDPOINT_URL_LAMBDA": lambda_url,
            **variables_of(
                module_of(request.plan.strategy),
                request.plan.settings,
                request.share.account(request.scenario),
                request.seed,
                request.envelope,
                request.scenario.client.read_timeout_s,
                told_ways(request.plan),
            ),
            **({RUN: str(request.number)} if request.number else {}),
            **{variable("QUEUE", name): url for name, url in self.queues.urls.items()},
            **{variable("FUNCTION", function.name): function.name for function in request.plan.functions},
            **{variable("TABLE", name): real for name, real in self.tables.items()},
        }

    def function_log(self, zero_unix_s: float) -> FunctionLog:
        """What the functions have said."""
        lines = self._log_path.read_text(errors="replace").splitlines() if self._log_path.exists() else ()
        return function_log_of(lines, zero_unix_s)


class World:
    """A run in the making, from its time zero on."""

    def __init__(
        self,
        request: RunRequest,
        connect: Connect,
        serverless: Serverless,
        clock: Clock,
        endpoint: Watched,
        senders: Sequence[Sender] = (),
    ) -> None:
        """Without `senders` all is sent through the account that everything else is asked of."""
        self._request, self.clock, self._serverless, self._endpoint = request, clock, serverless, endpoint
        self.lifecycle, self._services, self._open_work = RunLifecycle(clock), Services(), OpenWork(_nobody_waits)
        self._looks = RequestThreads(1)
        self.application_log, self._threads = ApplicationLog(clock, len(request.mails.recipients)), [self._looks]
        self.local = LocalLambda(request.scenario, request.plan, request.seed, clock, self._services, self._open_work)
        functions = {function.name: function.name for function in request.plan.functions}
        names = Names(serverless.queues.urls, functions, serverless.tables)
        self.access = Access(
            connect, request, clock, self.application_log, names, senders or [Sender(connect, request.envelope)]
        )
        self.application = Application(request, clock, self.application_log, self.access.ports)

    async def work(self) -> None:
        """Run to the end; then nothing of the harness's own goes on."""
        try:
            await self._run()
            if self.lifecycle.interrupted:
                await asyncio.to_thread(self._endpoint.look)
        except RunFailed:
            self._endpoint.kill()  # its answers are not wanted any more, so that no thread shall wait for one
            raise

    async def _run(self) -> None:
        self._start_serverless()
        for beside in (self._keep_looking(), *self.application.work_beside()):
            self._services.start(beside)
        try:
            horizon_s = self._request.scenario.horizon_s
            await self.lifecycle.run(self.application.work(), self._drained, self._services, horizon_s)
            if not self.lifecycle.interrupted:
                self.application.raise_unraised(self.lifecycle.ended_s)
        finally:
            self.application.abandon()
            self._services.host.abandon()
            for threads in self._threads:
                threads.close()

    def _start_serverless(self) -> None:
        """Pollers wait for time zero, as pods do."""
        queues = self._serverless.queues.urls
        self._polled = {mapping.queue: self._poll(queues[mapping.queue]) for mapping in self._request.plan.mappings}
        if self._request.plan.functions:
            self._serverless.attend(self.local)
            self.local.build(self._serverless.nursery)
            self._services.start(self._start_at_zero())

    def _poll(self, url: str) -> Queue:
        self._threads.append(RequestThreads(MOST_POLLS))
        log = self.application_log
        return Queue(self._serverless.pollers, url, self._threads[-1], log.put, log.seen)

    async def _start_at_zero(self) -> None:
        await self.clock.sleep(max(0.0, -self.clock.now()))
        self.local.start(self._polled, self._serverless.arns)

    async def _keep_looking(self) -> None:
        while True:
            await self.clock.sleep(LOOK_EVERY_S)
            await self._undecided()

    def _undecided(self) -> Awaitable[int]:
        """The sends that SES has not decided on; raises RunFailed if the endpoint does not answer any more."""
        return self._looks.carry(self._endpoint.look)

    async def _drained(self) -> bool:
        """Nothing queued or in flight; what moved between two looks, a third one would miss.

        SQS counts one state after the other: a message that changes meanwhile is in none of them, but not twice.
        """
        before, look = self.local.events, self._serverless.queues.are_empty
        idle = self._open_work.is_over and await look() and await look()
        return idle and not await self._undecided() and self.local.is_idle_since(before)

    def custody(self, contents: Contents, witness: NDArray[Any], function_log: FunctionLog) -> Custody:
        """Who holds what SES has not accepted."""
        ended_s = self.lifecycle.ended_s
        custody = self.access.custody(self.application.kept(ended_s), witness, function_log, ended_s)
        custody.held.extend(self.local.held())
        queues = self._serverless.queues
        for pieces, urls in ((custody.held, queues.urls), (custody.dead, queues.dead)):
            for url in urls.values():
                _add_messages(pieces, contents.get(url.rpartition("/")[2], ()))
        return custody


def _nobody_waits() -> None:
    """The lifecycle looks for itself whether there is open work."""


def _add_messages(pieces: Pieces, messages: Any) -> None:
    for message in messages:
        mail = mail_of(message["body"])
        pieces.add(mail.number, mail.first, mail.recipients)
