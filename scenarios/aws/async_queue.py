"""Lambda's own queue behind asynchronous invocations, on any world's clock: it tries again, and at last drops."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

from scenarios.aws.open_work import OpenWork, Start
from scenarios.errors import FunctionError
from strategies.ports import Clock, InvokeThrottled, Mail

ERROR_RETRIES_S = (60.0, 120.0)  # after a function error; then the event is dropped: Lambda's page on async errors
THROTTLE_BACKOFF_MOST_S = 300.0
EVENT_AGE_MOST_S = 6 * 3600.0


class AsyncQueue:
    """Events on their way to one function. Events that carry mails are their custodian until the function ends well."""

    def __init__(
        self,
        clock: Clock,
        start: Start,
        invoke: Callable[[Any], Awaitable[Any]],
        delay: Iterator[float],
        open_work: OpenWork,
    ) -> None:
        self._clock, self._start, self._invoke, self._delay, self._open_work = clock, start, invoke, delay, open_work
        self._carried: dict[int, Sequence[Mail]] = {}
        self._numbers = 0

    def mails(self) -> list[Mail]:
        """What is still on its way or being worked on."""
        return [mail for mails in self._carried.values() for mail in mails]

    def tick(self, event: Any) -> None:
        """Accept an event that carries no mail."""
        self._start(self._see_through(event))

    def accept(self, mails: Sequence[Mail]) -> None:
        """Accept an event that carries mails."""
        self._numbers += 1
        self._carried[self._numbers] = mails
        self._open_work.add()
        self._start(self._carry(self._numbers, mails))

    async def _carry(self, number: int, mails: Sequence[Mail]) -> None:
        await self._see_through(mails)
        del self._carried[number]
        self._open_work.done()

    async def _see_through(self, event: Any) -> None:
        until_s = self._clock.now() + EVENT_AGE_MOST_S
        await self._clock.sleep(next(self._delay))
        for retry_s in (*ERROR_RETRIES_S, None):
            if await self._succeeds(event, until_s) or retry_s is None or self._clock.now() >= until_s:
                return
            await self._clock.sleep(retry_s)

    async def _succeeds(self, event: Any, until_s: float) -> bool:
        """One try, throttles waited out until the event is too old."""
        backoff_s = 1.0
        while self._clock.now() < until_s:
            try:
                await self._invoke(event)
            except FunctionError:
                return False
            except InvokeThrottled:
                await self._clock.sleep(backoff_s)
                backoff_s = min(backoff_s * 2, THROTTLE_BACKOFF_MOST_S)
            else:
                return True
        return False
