"""Access to a queue: every request takes effect half-way through its latency, and is billed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from heapq import heappush
from typing import Any, Self

from scenarios.aws.open_work import OpenWork
from sim.kernel import Reply, World, ignore
from sim.sqs import Queue
from strategies.ports import Mail, Received


@dataclass(slots=True)
class SqsBill:
    """What SQS is paid for."""

    requests: int = 0


class Request:
    """One request, and the event that it is twice: when it reaches the queue, and when its answer is back."""

    __slots__ = ("answer", "asked", "fire", "half_s", "waiter")

    answer: Any
    asked: Any
    fire: Callable[[Any], None]
    half_s: float
    waiter: Callable[[Any], None]

    def __await__(self) -> Generator[Self, None, Any]:
        yield self
        return self.answer


class Client:
    """One host's. What a request does goes on without its caller: a host that dies in mid-call takes nothing back."""

    __slots__ = ("_bill", "_hand_over", "_heap", "_latency", "_misses", "_numbers", "_open_work", "_queue", "_world")

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
        self._world, self._heap, self._numbers = world, world.heap, world.numbers
        self._queue, self._latency, self._open_work = queue, latency, open_work
        self._bill, self._misses, self._hand_over = bill, misses, hand_over

    def lapse_s(self, batch: Sequence[Received], /) -> float:
        return self._queue.lapse_s(batch)

    def has_visible(self) -> bool:
        return self._queue.has_visible()

    def put(self, mails: Sequence[Mail], /) -> Awaitable[Sequence[Mail]]:
        if not mails:
            return _done(())
        self._queue.puts_in_flight.append(mails)
        self._open_work.add()
        return self._ask(self._put, mails)

    def _put(self, request: Request) -> None:
        mails = request.asked
        self._queue.puts_in_flight.remove(mails)
        self._hand_over(mails)
        self._queue.arrive(mails)
        self._answer(request, ())
        self._open_work.done()

    def delete(self, messages: Sequence[Received], /) -> Awaitable[None]:
        if not messages:
            return _done(None)
        self._open_work.add()
        return self._ask(self._delete, messages)

    def _delete(self, request: Request) -> None:
        self._queue.delete(request.asked)
        self._answer(request, None)
        self._open_work.done()

    def hide(self, messages: Sequence[Received], timeout_s: float, /) -> Awaitable[None]:
        if not messages:
            return _done(None)
        self._open_work.add()
        return self._ask(self._hide, (messages, timeout_s))

    def _hide(self, request: Request) -> None:
        self._queue.hide(*request.asked)
        self._answer(request, None)
        self._open_work.done()

    def receive(self, at_most: int, wait_s: float, /) -> Request:
        return self._ask(self._receive, (at_most, wait_s))

    def _receive(self, request: Request) -> None:
        at_most, wait_s = request.asked
        if not wait_s and self._misses():
            self._answer(request, [])
            return
        messages = self._queue.take(at_most)
        if messages or not wait_s:
            self._answer(request, messages)
        else:
            self._queue.wait(at_most, wait_s, partial(self._answer, request))

    def _ask(self, arrive: Callable[[Request], None], asked: Any) -> Request:
        """A request on its way to the queue."""
        request = Request()
        request.fire, request.asked, request.waiter = arrive, asked, ignore
        request.half_s = half_s = next(self._latency) / 2
        self._bill.requests += 1
        heappush(self._heap, (self._world.now_s + half_s, next(self._numbers), request))
        return request

    def _answer(self, request: Request, answer: Any) -> None:
        """Send the answer on its way back."""
        request.answer, request.fire = answer, request.waiter
        heappush(self._heap, (self._world.now_s + request.half_s, next(self._numbers), request))


def _done(answer: Any) -> Awaitable[Any]:
    """SQS takes no batch of nothing, so none is sent, in no world."""
    reply = Reply()
    reply.settle(answer)
    return reply
