"""The course of a real run: from time zero until nothing is left to do, the horizon comes, or it is stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import AbstractContextManager
from typing import Any

import numpy as np

from loadtests.application.watchdog import Stuck, Watchdog
from loadtests.ports.kernel import Clock, Host
from scenarios.system.interrupts import interrupts_call

DRAIN_POLL_S = 0.05
LAG_POLL_S = 0.02


class Services:
    """Long-lived coroutines of the harness's own: pollers, tickers, queues. The first error of one ends the run."""

    def __init__(self) -> None:
        self.host = Host()
        self._failure: asyncio.Future[None] | None = None

    def start(self, coroutine: Coroutine[Any, Any, None]) -> None:
        _ = self.host.start(self._watched(coroutine))

    async def _watched(self, coroutine: Coroutine[Any, Any, None]) -> None:
        try:
            await coroutine
        except Exception as error:
            failure = self.failure()
            if not failure.done():
                failure.set_exception(error)

    def failure(self) -> asyncio.Future[None]:
        """Never done, unless a service fails."""
        if self._failure is None:
            self._failure = asyncio.get_running_loop().create_future()
        return self._failure


class RunLifecycle:
    """What one run came to."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._stopped = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lags: list[float] = []
        self._watchdog = Watchdog()
        self.ended_s = 0.0
        self.interrupted = False

    @property
    def lag_s(self) -> float:
        """The 99th percentile of how late the harness's own event loop woke: above all else, whether it kept up."""
        return float(np.quantile(self._lags, 0.99)) if self._lags else 0.0

    async def run(
        self,
        work: Coroutine[Any, Any, None],
        drained: Callable[[], Awaitable[bool]],
        services: Services,
        horizon_s: float,
    ) -> None:
        """Run the pods' `work`, then wait until all is `drained`; raises the first error of a pod or a service.

        Code that lets nothing else run has `Stuck` raised in it.
        """
        ends = (self._all(work, drained), self._horizon(horizon_s), self._stop())
        with self.ended_by_interrupt(), self._watchdog:
            try:
                await self._until_one(ends, services, horizon_s)
            finally:
                work.close()  # it may not have begun

    async def _until_one(self, ends: Sequence[Coroutine[Any, Any, None]], services: Services, horizon_s: float) -> None:
        """Wait for the first of the ends, or for a service that fails."""
        self._loop = asyncio.get_running_loop()
        services.start(self._measure_lag())
        tasks = [asyncio.ensure_future(end) for end in ends]  # noqa: TID251 (all are awaited or cancelled below)
        done, _ = await asyncio.wait([*tasks, services.failure()], return_when=asyncio.FIRST_COMPLETED)
        self.ended_s = max(0.0, min(horizon_s, self._clock.now()))
        for task in (*tasks, services.failure()):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._loop = None
        for error in [end.exception() for end in done]:  # all are looked at, or asyncio would complain of the others
            if error is not None:
                raise error

    async def _all(self, work: Coroutine[Any, Any, None], drained: Callable[[], Awaitable[bool]]) -> None:
        await self._clock.sleep(max(0.0, -self._clock.now()))
        await work
        while not await drained():
            await self._clock.sleep(DRAIN_POLL_S)

    async def _stop(self) -> None:
        if not self.interrupted:  # before there was a loop to be told
            await self._stopped.wait()

    async def _horizon(self, horizon_s: float) -> None:
        await self._clock.sleep(horizon_s - self._clock.now())

    async def _measure_lag(self) -> None:
        while True:
            due_s = self._clock.now() + LAG_POLL_S
            await self._clock.sleep(LAG_POLL_S)
            self._watchdog.beat()
            if due_s > 0.0:
                self._lags.append(self._clock.now() - due_s)

    def ended_by_interrupt(self) -> AbstractContextManager[None]:
        """Ctrl-C ends the run early and breaks nothing else off."""
        return interrupts_call(self.interrupt)

    def interrupt(self) -> None:
        """End the run early, from whatever thread; from the main thread raises `Stuck` where nothing else can run."""
        if self._watchdog.barks():
            raise Stuck
        self.interrupted = True
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._stopped.set)
