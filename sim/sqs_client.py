"""Access to a queue: every request takes effect half-way through its latency, and is billed."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from types import coroutine
from typing import Any

from scenarios.aws.open_work import OpenWork
from sim.kernel import Heap, World
from sim.request import Request, answer, ask
from sim.sqs import Queue
from strategies.ports import Mail, Received


@dataclass(slots=True)
class SqsBill:
    """What SQS is paid for."""

    requests: int = 0


class Client:
    """One host's. What a request does goes on without its caller: a host that dies in mid-call takes nothing back."""

    __slots__ = ("_bill", "_hand_over", "_latency", "_misses", "_open_work", "_queue", "_world")

    def __init__(
        self,
        world: World,
        queue: Queue,
        latency: Iterator[float],
        open_work: OpenWork,
        bill: SqsBill,
        misses: Callable[[], bool],
        hand_over: Callable[[Sequence[Mail]], None],
    ) -> None:
        self._world, self._queue, self._latency, self._open_work = world, queue, latency, open_work
        self._bill, self._misses, self._hand_over = bill, misses, hand_over

    def lapse_s(self, batch: Sequence[Received], /) -> float:
        return self._queue.lapse_s(batch)

    def has_visible(self) -> bool:
        return self._queue.has_visible()

    @coroutine
    def put(self, mails: Sequence[Mail], /) -> Generator[Request, None, Sequence[Mail]]:
        if mails:  # SQS takes no batch of nothing, so none is sent, in no world
            self._open_work.add(len(mails))  # on their way, and then in the queue
            yield self._ask(self._put, mails)
        return ()

    def _put(self, request: Request) -> None:
        self._hand_over(request.asked)
        self._queue.arrive(request.asked)
        answer(self._world, request, None)

    @coroutine
    def delete(self, messages: Sequence[Received], /) -> Generator[Request, None, None]:
        if messages:
            self._open_work.add()
            yield self._ask(self._delete, messages)

    def _delete(self, request: Request) -> None:
        self._queue.delete(request.asked)
        answer(self._world, request, None)
        self._open_work.done()

    @coroutine
    def hide(self, messages: Sequence[Received], timeout_s: float, /) -> Generator[Request, None, None]:
        if messages:
            self._open_work.add()
            yield self._ask(self._hide, (messages, timeout_s))

    def _hide(self, request: Request) -> None:
        self._queue.hide(*request.asked)
        answer(self._world, request, None)
        self._open_work.done()

    @coroutine
    def receive(self, at_most: int, wait_s: float, /) -> Generator[Request, None, list[Received]]:
        request = self._ask(self._receive, (at_most, wait_s))
        yield request
        messages: list[Received] = request.answer
        return messages

    def _receive(self, request: Request) -> None:
        at_most, wait_s = request.asked
        if not wait_s and self._misses():
            answer(self._world, request, [])
            return
        messages = self._queue.take(at_most)
        if messages or not wait_s:
            answer(self._world, request, messages)
        else:
            self._queue.wait(at_most, wait_s, partial(answer, self._world, request))

    def _ask(self, arrive: Callable[[Request], None], asked: Any) -> Request:
        self._bill.requests += 1
        return ask(self._world, next(self._latency), arrive, asked)


def mails_under_way(heap: Heap) -> Iterator[Mail]:
    """What is on its way to a queue."""
    for _, _, event in heap:
        if isinstance(event, Request) and getattr(event.fire, "__func__", None) is Client._put:
            yield from event.asked
