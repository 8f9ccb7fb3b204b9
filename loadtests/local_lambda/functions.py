"""Lambda functions for real: environments that start cold and stay warm, concurrency, timeouts and the bill."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

from loadtests.local_lambda.environments import EnvironmentProcess
from loadtests.ports.kernel import Clock
from scenarios.aws.lambda_bill import LambdaBill, started_ms
from scenarios.aws.warm_pool import Concurrency, WarmPool
from scenarios.errors import FunctionError
from strategies.ports import InvokeThrottled
from strategies.resources import Function as Declared


class Warm:
    """An environment as its function's pool sees it."""

    def __init__(self, environment: EnvironmentProcess) -> None:
        self.environment = environment
        self.idle_since_s = self.ready_s = 0.0


class Function:
    """One function; `invoke` answers with what its handler returned, or raises why it did not."""

    def __init__(
        self,
        clock: Clock,
        declared: Declared,
        account: Concurrency,
        start: Callable[[], EnvironmentProcess],
        dispatch: Iterator[float],
        cold_start: Iterator[float],
    ) -> None:
        self._clock, self._declared, self._start_environment = clock, declared, start
        self._dispatch, self._cold_start = dispatch, cold_start
        self._pool = WarmPool[Warm](declared.reserved_concurrency, account)
        self.bill = LambdaBill(declared.memory_mb)

    async def invoke(self, event: Any) -> Any:
        """Invoke synchronously; raises `FunctionError` or `InvokeThrottled`."""
        if not self._pool.admit(self._clock.now()):
            raise InvokeThrottled(f"{self._declared.name} runs {self._pool.running} times already")
        try:
            await self._clock.sleep(next(self._dispatch))
            billed_from_s, warm = self._clock.now(), self._take_ready()
            if warm is None:
                billed_from_s, warm = await self._start()
            return await self._run(warm, event, billed_from_s)
        finally:
            self._pool.leave()

    def _take_ready(self) -> Warm | None:
        """A process may have ended while it was idle."""
        now_s = self._clock.now()
        for retired in self._pool.retire(now_s):
            retired.environment.kill()
        while (warm := self._pool.take(now_s)) is not None:
            if warm.environment.alive:
                return warm
        return None

    async def _start(self) -> tuple[float, Warm]:
        """A cold start takes as long as the scenario says; that the process starts is a part of it."""
        now_s = self._clock.now()
        if (wait_s := self._pool.start_s(now_s) - now_s) > 0.0:
            await self._clock.sleep(wait_s)
        began_s, warm = self._clock.now(), Warm(self._start_environment())
        await self._clock.sleep(next(self._cold_start))
        return began_s, warm

    async def _run(self, warm: Warm, event: Any, billed_from_s: float) -> Any:
        self.bill.requests += 1
        self._pool.begin(warm, self._clock.now())
        try:
            answer = warm.environment.post.hand_in(event, self._declared.timeout_s)
            return await asyncio.wait_for(asyncio.wrap_future(answer), self._declared.timeout_s)
        except TimeoutError as error:
            warm.environment.kill()
            raise FunctionError("timed out") from error
        finally:
            self._release(warm, billed_from_s)

    def _release(self, warm: Warm, billed_from_s: float) -> None:
        now_s = self._clock.now()
        self.bill.billed_ms += started_ms(billed_from_s, now_s)
        if warm.environment.alive:
            self._pool.keep(warm, now_s)
