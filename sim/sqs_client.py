"""Access to a queue: every request takes effect half-way through its latency, and is billed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from scenarios.aws.open_work import OpenWork
from sim.kernel import Reply, World
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
        self._bill.requests += 1
        return ask(self._world, next(self._latency), arrive, asked)

    def _answer(self, request: Request, result: Any) -> None:
        answer(self._world, request, result)


def _done(answer: Any) -> Awaitable[Any]:
    """SQS takes no batch of nothing, so none is sent, in no world."""
    reply = Reply()
    reply.settle(answer)
    return reply
