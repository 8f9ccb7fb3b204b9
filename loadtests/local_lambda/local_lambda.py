"""A plan's serverless half on this machine: functions, event source mappings and tickers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from loadtests.application.run_lifecycle import Services
from loadtests.local_lambda.environments import Nursery
from loadtests.local_lambda.functions import Function
from loadtests.local_lambda.source import Source
from loadtests.ports.kernel import Clock
from loadtests.ports.payloads import invocation, records, ticked
from loadtests.ports.sqs import Queue
from scenarios.aws.async_queue import AsyncQueue
from scenarios.aws.event_source_mapping import Mapping as Pollers
from scenarios.aws.lambda_bill import lambda_usage
from scenarios.aws.open_work import OpenWork
from scenarios.aws.ticker import Ticker, billed, default_transition
from scenarios.aws.warm_pool import Concurrency
from scenarios.ledger.fates import Pieces
from scenarios.schema.latency import Latency
from scenarios.schema.model import Scenario
from scenarios.traffic.streams import stream, uniforms
from strategies.ports import Mail, Received, Tick
from strategies.resources import Function as Declared
from strategies.resources import Plan


class LocalLambda:
    """Functions that run in processes of their own, and what invokes them."""

    def __init__(
        self, scenario: Scenario, plan: Plan, seed: int, clock: Clock, services: Services, open_work: OpenWork
    ) -> None:
        self._scenario, self._plan, self._seed, self._clock, self._services = scenario, plan, seed, clock, services
        self._account, self._open_work = Concurrency(), open_work
        self._functions: dict[str, Function] = {}
        self._async_queues: dict[str, AsyncQueue] = {}
        self._tickers: list[Ticker] = []
        self._calling: dict[str, Iterator[float]] = {}
        self.events = 0  # asynchronous ones, taken so far
        self._loop: asyncio.AbstractEventLoop | None = None

    def build(self, nursery: Nursery) -> None:
        """Make the functions."""
        for declared in self._plan.functions:
            start = partial(nursery.start, {"SESLAB_FUNCTION": declared.name})
            self._functions[declared.name] = self._function(declared, start)
            self._async_queues[declared.name] = self._async_queue(declared.name)
            calling = self._stream(self._scenario.lambda_.dispatch, f"lambda/{declared.name}/invoke")
            self._calling[declared.name] = calling

    def _function(self, declared: Declared, start: Any) -> Function:
        dispatch = self._stream(self._scenario.lambda_.dispatch, f"lambda/{declared.name}/dispatch")
        cold_start = self._stream(self._scenario.latency.lambda_cold_start, f"lambda/{declared.name}/cold_start")
        return Function(self._clock, declared, self._account, start, dispatch, cold_start)

    def _async_queue(self, name: str) -> AsyncQueue:
        delay = self._stream(self._scenario.lambda_.async_delay, f"lambda/{name}/async")
        return AsyncQueue(self._clock, self._services.start, partial(self._call, name), delay, self._open_work)

    def _stream(self, latency: Latency, purpose: str) -> Iterator[float]:
        return stream(latency, self._seed, purpose)

    async def _call(self, name: str, event: Any) -> Any:
        """Invoke with a strategy's event: a tick, or mails."""
        payload = ticked(event) if isinstance(event, Tick) else invocation(event)
        return await self._functions[name].invoke(payload)

    def start(self, queues: Mapping[str, Queue], arns: Mapping[str, str]) -> None:
        """Let pollers and tickers begin; `queues` and `arns` by declared name."""
        self._loop = asyncio.get_running_loop()
        for declared in self._plan.mappings:
            hidden_s = next(queue for queue in self._plan.queues if queue.name == declared.queue).visibility_timeout_s
            source = Source(self._clock, queues[declared.queue], hidden_s)
            invoke = partial(self._hand, declared.function, arns[declared.queue])
            Pollers(self._clock, self._services.start, declared, source, invoke, self._scenario.lambda_.ramp).start()
        for index, ticker in enumerate(self._plan.tickers):
            self._tickers.append(self._ticker(f"ticker/{index}", ticker.function, ticker.kind))
            self._tickers[-1].start(ticker.kind)

    async def _hand(self, function: str, queue_arn: str, batch: Sequence[Received]) -> list[str]:
        """Invoke with a batch; the ids of the messages that failed."""
        answer = await self._functions[function].invoke(records(batch, queue_arn))
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]

    def _ticker(self, purpose: str, function: str, kind: str) -> Ticker:
        ticker = self._scenario.ticker
        return Ticker(
            self._clock,
            self._services.start,
            partial(self._call, function),
            self._async_queues[function].tick,
            late=self._stream(ticker.jitter, f"{purpose}/jitter"),
            transition=self._stream(ticker.transition or default_transition(kind), f"{purpose}/transition"),
            calling=self._stream(self._scenario.lambda_.dispatch, f"{purpose}/invoke"),
            chance=uniforms(self._seed, f"{purpose}/phase"),
        )

    def accept(self, function: str, event: dict[str, Any]) -> None:
        """Take an asynchronous event, from a thread of the Invoke API: it is kept once this returns."""
        assert self._loop is not None
        mails = [Mail(*fields) for fields in event["mails"]]
        asyncio.run_coroutine_threadsafe(self._take(function, mails), self._loop).result()

    async def _take(self, function: str, mails: Sequence[Mail]) -> None:
        """Half-way through the call Lambda has the event, whatever becomes of the caller."""
        half_s = next(self._calling[function]) / 2
        await self._clock.sleep(half_s)
        self.events += 1
        self._async_queues[function].accept(mails)
        await self._clock.sleep(half_s)

    def is_idle_since(self, events: int) -> bool:
        """Whether no asynchronous event is on its way, and none was taken since there were so many."""
        return self._open_work.is_over and self.events == events

    def held(self) -> Pieces:
        """What asynchronous events still carry."""
        held = Pieces()
        for waiting in self._async_queues.values():
            for mail in waiting.mails():
                held.add(mail.number, mail.first, mail.recipients)
        return held

    def usage(self) -> dict[str, float]:
        """Raw counts of what is billed."""
        return {
            **lambda_usage([function.bill for function in self._functions.values()]),
            **billed([ticker.bill for ticker in self._tickers]),
        }
