"""Access to a function from a pod or another function: asynchronous, as a strategy's port offers it."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from types import coroutine

from scenarios.aws.async_queue import AsyncQueue
from scenarios.aws.open_work import OpenWork
from sim.request import Request, Wire
from strategies.ports import Mail


class Invoker:
    """One host's access to a function: half-way through the call Lambda has the event, whatever the caller's fate."""

    __slots__ = ("_open_work", "_queue", "_wire")

    def __init__(self, wire: Wire, queue: AsyncQueue, open_work: OpenWork) -> None:
        self._wire, self._queue, self._open_work = wire, queue, open_work

    @coroutine
    def invoke(self, mails: Sequence[Mail], /) -> Generator[Request, None, None]:
        self._open_work.add()
        yield self._wire.ask(self._accept, mails, 1)

    def _accept(self, request: Request) -> None:
        self._queue.accept(request.asked)
        self._wire.answer(request, None)
        self._open_work.done()
