"""The event source mapping: Lambda's pollers between a queue and a function, and how many of them there are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Generic, Protocol, TypeVar

from scenarios.aws.open_work import Start
from scenarios.errors import FunctionError
from strategies.ports import Clock, InvokeThrottled
from strategies.resources import Mapping as Declared

BATCH = 10  # most messages of one SQS call
LONG_POLL_S = 20.0
FIRST_POLLERS = 5  # Lambda's page on scaling SQS mappings, as the next three
QUIET_POLLERS = 2
MOST_POLLERS = 1250
POLLERS_PER_MINUTE = 300
FIRST_BACKOFF_S = 1.0  # of a throttled batch, then doubled: documented nowhere
SHRINKS_APART_S = 1.0


class Message(Protocol):
    """What a queue hands out, whatever it carries."""

    @property
    def message_id(self) -> str: ...


M = TypeVar("M", bound=Message)


class Source(Protocol[M]):
    """The queue as its pollers see it."""

    def receive(self, at_most: int, wait_s: float, /) -> Awaitable[list[M]]: ...
    def delete(self, messages: Sequence[M], /) -> Awaitable[None]: ...
    def lapse_s(self, batch: Sequence[M], /) -> float:
        """When the first of a batch's messages reappears."""
        ...

    def has_visible(self) -> bool: ...


class Mapping(Generic[M]):
    """Pollers that each receive, invoke, delete, and begin again; their number follows the backlog."""

    def __init__(
        self,
        clock: Clock,
        start: Start,
        declared: Declared,
        source: Source[M],
        invoke: Callable[[Sequence[M]], Awaitable[Sequence[str] | None]],
        ramp: str,
    ) -> None:
        self._clock, self._start = clock, start
        self._declared, self._source, self._invoke = declared, source, invoke
        self._most = declared.maximum_concurrency or MOST_POLLERS
        self._fewest = min(self._most, FIRST_POLLERS if declared.maximum_concurrency else QUIET_POLLERS)
        self._step, self._step_s = (1, 60 / POLLERS_PER_MINUTE) if ramp == "linear" else (POLLERS_PER_MINUTE, 60.0)
        self._receive = partial(source.receive, min(BATCH, declared.batch_size), LONG_POLL_S)
        self._gather = self._fill_batch if declared.window_s else self._receive
        self._target = min(self._most, FIRST_POLLERS)
        self._pollers = self.most_pollers = 0
        self._growing = False
        self._shrunk_s = -SHRINKS_APART_S

    def start(self) -> None:
        self._hire()

    def _hire(self) -> None:
        while self._pollers < self._target:
            self._pollers += 1
            self.most_pollers = max(self.most_pollers, self._pollers)
            self._start(self._poll())

    async def _poll(self) -> None:
        while self._pollers <= self._target:
            batch = await self._gather()
            if batch:
                self._grow()
                await self._see_through(batch)
            elif self._pollers > self._fewest:
                self._target = min(self._target, max(self._fewest, self._pollers - 1))
        self._pollers -= 1

    async def _fill_batch(self) -> list[M]:
        """What the first receive brings, and what else comes until the window closes."""
        size, window_s = self._declared.batch_size, self._declared.window_s
        batch = await self._receive()
        until_s = self._clock.now() + window_s
        while batch and len(batch) < size and (left_s := until_s - self._clock.now()) > 0:
            batch = batch + await self._source.receive(min(BATCH, size - len(batch)), min(left_s, LONG_POLL_S))
        return batch

    def _grow(self) -> None:
        if not self._growing and self._target < self._most:
            self._growing = True
            self._start(self._ramp())

    async def _ramp(self) -> None:
        """While there is a backlog, more pollers at the documented pace."""
        while self._target < self._most:
            await self._clock.sleep(self._step_s)
            if not self._source.has_visible():
                break
            self._target = min(self._most, self._target + self._step)
            self._hire()
        self._growing = False

    def _halve(self) -> None:
        """After a function error: that there are fewer pollers is documented, how many fewer is not."""
        self._shrink_to(self._target // 2)

    def _lose_one(self) -> None:
        """After a throttle: "gradually" is all that is documented; pollers do not know the function's concurrency."""
        self._shrink_to(self._target - 1)

    def _shrink_to(self, target: int) -> None:
        """No more than once a second, and no further than to the pollers that a mapping starts with."""
        if self._clock.now() - self._shrunk_s >= SHRINKS_APART_S:
            self._shrunk_s = self._clock.now()
            self._target = max(min(self._most, FIRST_POLLERS), target)

    async def _see_through(self, batch: Sequence[M]) -> None:
        """Invoke with a batch until the function takes it or its messages are due to reappear."""
        lapse_s, backoff_s = self._source.lapse_s(batch), FIRST_BACKOFF_S
        while self._clock.now() < lapse_s:
            try:
                done = self._done(batch, await self._invoke(batch))
                for start in range(0, len(done), BATCH):
                    await self._source.delete(done[start : start + BATCH])
            except FunctionError:
                if not self._declared.report_batch_item_failures:  # with it, polling is not scaled down
                    self._halve()
            except InvokeThrottled:
                self._lose_one()
                await self._clock.sleep(backoff_s)
                backoff_s *= 2
                continue
            return

    def _done(self, batch: Sequence[M], failed: Sequence[str] | None) -> Sequence[M]:
        """What leaves the queue: all of it, unless the function may say which of it must come back, and does."""
        if not failed or not self._declared.report_batch_item_failures:
            return batch
        again = set(failed)
        return [message for message in batch if message.message_id not in again]
