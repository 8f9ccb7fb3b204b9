"""Access to a function from a pod or another function: asynchronous, as a strategy's port offers it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scenarios.aws.async_queue import AsyncQueue
from scenarios.aws.open_work import OpenWork
from sim.kernel import Reply, World
from strategies.ports import Mail


class Invoker:
    """One host's access to a function: half-way through the call Lambda has the event, whatever the caller's fate."""

    __slots__ = ("_latency", "_open_work", "_queue", "_world")

    def __init__(self, world: World, queue: AsyncQueue, latency: Iterator[float], open_work: OpenWork) -> None:
        self._world, self._queue, self._latency, self._open_work = world, queue, latency, open_work

    def invoke(self, mails: Sequence[Mail], /) -> Reply:
        reply, now_s, latency_s = Reply(), self._world.now_s, next(self._latency)

        def arrive() -> None:
            self._queue.accept(mails)
            self._open_work.done()

        self._open_work.add()
        self._world.call_at(now_s + latency_s / 2, arrive)
        self._world.call_at(now_s + latency_s, reply.settle)
        return reply
