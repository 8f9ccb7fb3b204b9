"""The tracker in the world moto: real SNS, SQS and DynamoDB of a local AWS, and its function in its own process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Sequence
from contextlib import ExitStack
from math import ceil
from typing import Any

import numpy as np

from loadtests.application.access import Connector
from loadtests.application.run_lifecycle import DRAIN_POLL_S, Services
from loadtests.application.run_request import RunRequest
from loadtests.function.tracking import ENTRIES
from loadtests.local_lambda.environments import EnvironmentProcess
from loadtests.local_lambda.functions import Function
from loadtests.local_lambda.pooled import ENTRY
from loadtests.moto.letters import Letter, Letters, records
from loadtests.moto.local_aws import Moto
from loadtests.moto.machine_limits import MOST_ENVIRONMENTS, threads
from loadtests.moto.play import AWS, failing_plainly
from loadtests.moto.statuses import kept_in, told_in
from loadtests.moto.telling import tell
from loadtests.moto.world import Serverless
from loadtests.ports.kernel import Clock
from loadtests.ports.local import ANYBODY, local_session
from loadtests.ports.request_threads import RequestThreads
from loadtests.record.run_name import new_run
from scenarios.aws.event_source_mapping import Mapping
from scenarios.aws.warm_pool import Concurrency
from scenarios.errors import BadInput, FunctionError
from scenarios.system.held import temporary_folder
from scenarios.tracking.request import Tracked, TrackRequest
from scenarios.traffic.streams import stream
from scenarios.traffic.workload import Arrivals
from strategies.tracking.tracker import QUEUE, STATUSES, TRACKER

PREFIX = "seslab-track-"
CONNECTIONS = 64  # of SNS
HEAD_START_S = 0.5
NO_MAILS = Arrivals(np.zeros(0), np.zeros(0, np.int32))


@failing_plainly()
def track(request: TrackRequest) -> Tracked:
    """Let the tracker hear all that is told, each thing at its instant. Raises RunFailed."""
    scenario, seed = request.scenario, request.seed
    refuse_too_many(request)
    run = RunRequest(scenario, "tracker", request.plan, seed, NO_MAILS)
    with ExitStack() as stack:
        log = stack.enter_context(temporary_folder(PREFIX)) / new_run()
        heard = scenario.model_copy(update={"accounts": {}})  # events are heard with one key, whoever has sent the mail
        moto = stack.enter_context(Moto(heard, seed, CONNECTIONS + threads(request.plan)))
        urls = dict.fromkeys((*AWS, "sns"), moto.url)
        connect = Connector(local_session(), scenario.client.read_timeout_s, urls)
        serverless = Serverless(run, connect, log, ANYBODY.variables(moto.url))
        stack.enter_context(serverless.opened())
        zero_unix_s = ceil(time.time() + HEAD_START_S)
        world = World(request, serverless, connect("sns", CONNECTIONS), zero_unix_s)
        asyncio.run(world.work())
        name = serverless.queues.dead[f"{QUEUE}-dead"].rpartition("/")[2]
        dead = [message["body"] for message in moto.queues().get(name, ())]
        kept = kept_in(connect("dynamodb", 1), serverless.tables[STATUSES], zero_unix_s)
        return Tracked(kept, told_in(dead, zero_unix_s), len(dead), world.function.bill.requests)


def refuse_too_many(request: TrackRequest) -> None:
    """Raises BadInput for more invocations at once than this machine has processes for."""
    concurrency = request.plan.settings.concurrency
    if concurrency > MOST_ENVIRONMENTS:
        raise BadInput(
            f"{request.scenario.name}: tracker.concurrency = {concurrency}: must be at most {MOST_ENVIRONMENTS} in the "
            "moto world, where each is a process of this machine; lower it, or use --on sim"
        )


class World:
    """Topic, pollers and function from time zero on."""

    def __init__(self, request: TrackRequest, serverless: Serverless, sns: Any, zero_unix_s: int) -> None:
        assert request.scenario.tracker is not None
        self._request, self._serverless, self._sns, self._zero_unix_s = request, serverless, sns, zero_unix_s
        self._clock, self._services, self._killed = Clock(zero_unix_s), Services(), request.scenario.tracker.killed
        (self._mapping,) = request.plan.mappings
        self._processes: list[EnvironmentProcess] = []
        self._topic_arn = self._subscribed()
        self.function = self._function()

    def _subscribed(self) -> str:
        """A topic that hands on to the queue, as it is."""
        (declared,) = self._request.plan.topics
        arn: str = self._sns.create_topic(Name=declared.name)["TopicArn"]
        queue_arn = self._serverless.arns[declared.queue]
        raw = {"RawMessageDelivery": "true"}
        self._sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue_arn, Attributes=raw)
        return arn

    def _function(self) -> Function:
        declared = next(function for function in self._request.plan.functions if function.name == TRACKER)
        scenario, seed = self._request.scenario, self._request.seed
        dispatch = stream(scenario.lambda_.dispatch, seed, "tracker/dispatch")
        cold_start = stream(scenario.latency.lambda_cold_start, seed, "tracker/cold start")
        return Function(self._clock, declared, Concurrency(), self._start, dispatch, cold_start)

    def _start(self) -> EnvironmentProcess:
        variables = {"SESLAB_FUNCTION": TRACKER, ENTRY: ENTRIES[TRACKER]}
        self._processes.append(self._serverless.nursery.start(variables))
        return self._processes[-1]

    async def work(self) -> None:
        """Until the queue is empty and nothing more is told."""
        polls = RequestThreads(self._mapping.maximum_concurrency or CONNECTIONS)  # a poller has one request at a time
        try:
            self._hear(polls)
            for killed in self._killed:
                self._services.start(self._kill(killed.start_s))
            told = tell(
                self._clock, self._zero_unix_s, self._sns, self._topic_arn, self._request.publications, CONNECTIONS
            )
            await self._unless_a_service_fails(told)
            await self._unless_a_service_fails(self._drain())
        finally:
            self._services.host.abandon()
            polls.close()

    async def _unless_a_service_fails(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)  # noqa: TID251 (awaited right here)
        await asyncio.wait([task, self._services.failure()], return_when=asyncio.FIRST_COMPLETED)
        if self._services.failure().done():
            task.cancel()
            await self._services.failure()
        await task

    def _hear(self, polls: RequestThreads) -> None:
        (queue,) = self._request.plan.queues
        url = self._serverless.queues.urls[QUEUE]
        letters = Letters(self._clock, self._serverless.pollers, url, queue.visibility_timeout_s, polls)
        ramp = self._request.scenario.lambda_.ramp
        Mapping[Letter](self._clock, self._services.start, self._mapping, letters, self._invoke, ramp).start()

    async def _invoke(self, batch: Sequence[Letter]) -> list[str]:
        if any(killed.start_s <= self._clock.now() < killed.end_s for killed in self._killed):
            self.function.bill.requests += 1  # it dies as soon as it has something to do
            raise FunctionError("killed")
        answer = await self.function.invoke(records(batch))
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]

    async def _kill(self, at_s: float) -> None:
        await self._clock.sleep(max(0.0, at_s - self._clock.now()))
        for process in self._processes:
            if process.alive:  # else its number may be another's by now
                process.kill()

    async def _drain(self) -> None:
        """SQS counts one state after the other: what moves between two looks, the second one sees."""
        look = self._serverless.queues.are_empty
        while not (await look() and await look()):
            await self._clock.sleep(DRAIN_POLL_S)
