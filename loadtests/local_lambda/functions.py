"""Lambda functions for real: environments that start cold and stay warm, concurrency, timeouts and the bill."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import ceil
from typing import Any

from loadtests.local_lambda.environments import Environment
from loadtests.ports.kernel import Clock
from scenarios.aws.lambda_quotas import ACCOUNT_CONCURRENCY, KEEP_WARM_S, REQUESTS_PER_S
from scenarios.errors import FunctionError
from strategies.ports import InvokeThrottled
from strategies.resources import Function as Declared


@dataclass
class Concurrency:
    """What all functions of the account share."""

    running: int = 0


@dataclass
class Bill:
    """Raw counts of a function: invocations, and milliseconds that it is billed for."""

    requests: int = 0
    billed_ms: int = 0


class Warm:
    """An idle environment: since when, and from when on it may serve again."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self.idle_since_s = self.ready_s = 0.0


class Function:
    """One function; `invoke` answers with what its handler returned, or raises why it did not."""

    def __init__(
        self,
        clock: Clock,
        declared: Declared,
        account: Concurrency,
        start: Callable[[], Environment],
        dispatch: Iterator[float],
        cold_start: Iterator[float],
    ) -> None:
        self._clock, self._declared, self._account, self._start_environment = clock, declared, account, start
        self._dispatch, self._cold_start = dispatch, cold_start
        self._warm: list[Warm] = []
        self._running = 0
        self.bill = Bill()

    async def invoke(self, event: Any) -> Any:
        """Invoke synchronously; raises `FunctionError` or `InvokeThrottled`."""
        if self._is_full():
            raise InvokeThrottled(f"{self._declared.name} runs {self._running} times already")
        self._occupy(1)
        try:
            await self._clock.sleep(next(self._dispatch))
            billed_from_s, warm = self._clock.now(), self._take_ready()
            if warm is None:
                warm = await self._start()
                billed_from_s = warm.idle_since_s
            return await self._run(warm, event, billed_from_s)
        finally:
            self._occupy(-1)

    def _is_full(self) -> bool:
        reserved = self._declared.reserved_concurrency
        return self._account.running >= ACCOUNT_CONCURRENCY or (reserved is not None and self._taken() >= reserved)

    def _taken(self) -> int:
        """Environments at work, and those that have served their share of requests for now."""
        return self._running + sum(warm.ready_s > self._clock.now() for warm in self._warm)

    def _occupy(self, change: int) -> None:
        self._running += change
        self._account.running += change

    def _take_ready(self) -> Warm | None:
        """The one used last of those that are ready; the oldest die first."""
        now_s = self._clock.now()
        while self._warm and now_s - self._warm[0].idle_since_s > KEEP_WARM_S:
            self._warm.pop(0).environment.kill()
        self._warm = [warm for warm in self._warm if warm.environment.alive]
        for place in range(len(self._warm) - 1, -1, -1):
            if self._warm[place].ready_s <= now_s:
                return self._warm.pop(place)
        return None

    async def _start(self) -> Warm:
        """A cold start takes as long as the scenario says; that the process starts is a part of it."""
        warm = Warm(self._start_environment())
        warm.idle_since_s = self._clock.now()
        await self._clock.sleep(next(self._cold_start))
        return warm

    async def _run(self, warm: Warm, event: Any, billed_from_s: float) -> Any:
        self.bill.requests += 1
        warm.ready_s = self._clock.now() + 1 / REQUESTS_PER_S
        try:
            answer = warm.environment.post.hand_in(event, self._declared.timeout_s)
            return await asyncio.wait_for(asyncio.wrap_future(answer), self._declared.timeout_s)
        except TimeoutError as error:
            warm.environment.kill()
            raise FunctionError("timed out") from error
        finally:
            self._release(warm, billed_from_s)

    def _release(self, warm: Warm, billed_from_s: float) -> None:
        warm.idle_since_s = self._clock.now()
        self.bill.billed_ms += ceil((warm.idle_since_s - billed_from_s) * 1000)
        if warm.environment.alive:
            self._warm.append(warm)
