"""Access to a queue: every request costs processor time, takes effect half-way through its latency, and is billed."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from types import coroutine

from scenarios.aws.open_work import OpenWork
from scenarios.aws.short_poll import ShortPolls
from sim.kernel import Heap
from sim.request import Request, Wire
from sim.sqs import Queue
from strategies.ports import Mail, Received


@dataclass(slots=True)
class SqsBill:
    """What SQS is paid for."""

    requests: int = 0


class Client:
    """One host's. What a request does goes on without its caller: a host that dies in mid-call takes nothing back.

    What its processor had not got round to by then never leaves.
    """

    __slots__ = ("_bill", "_hand_over", "_open_work", "_polls", "_queue", "_wire", "has_visible", "lapse_s")

    def __init__(
        self,
        wire: Wire,
        queue: Queue,
        open_work: OpenWork,
        bill: SqsBill,
        polls: ShortPolls,
        hand_over: Callable[[Sequence[Mail]], None],
    ) -> None:
        self._queue, self._wire, self._open_work = queue, wire, open_work
        self._bill, self._polls, self._hand_over = bill, polls, hand_over
        self.lapse_s, self.has_visible = queue.lapse_s, queue.has_visible

    @coroutine
    def put(self, mails: Sequence[Mail], /) -> Generator[Request, None, Sequence[Mail]]:
        if mails:  # SQS takes no batch of nothing, so none is sent, in no world
            self._open_work.add(len(mails))  # on their way, and then in the queue
            self._bill.requests += 1
            yield self._wire.ask(self._put, mails, len(mails))
        return ()

    def _put(self, request: Request) -> None:
        self._hand_over(request.asked)
        self._queue.arrive(request.asked)
        self._wire.answer(request, None)

    @coroutine
    def delete(self, messages: Sequence[Received], /) -> Generator[Request, None, None]:
        if messages:
            self._open_work.add()
            self._bill.requests += 1
            yield self._wire.ask(self._delete, messages, 1)

    def _delete(self, request: Request) -> None:
        self._queue.delete(request.asked)
        self._wire.answer(request, None)
        self._open_work.done()

    @coroutine
    def hide(self, messages: Sequence[Received], timeout_s: float, /) -> Generator[Request, None, None]:
        if messages:
            self._open_work.add()
            self._bill.requests += 1
            yield self._wire.ask(self._hide, (messages, timeout_s), 1)

    def _hide(self, request: Request) -> None:
        self._queue.hide(*request.asked)
        self._wire.answer(request, None)
        self._open_work.done()

    @coroutine
    def receive(self, at_most: int, wait_s: float, /) -> Generator[Request, None, list[Received]]:
        self._bill.requests += 1
        request = self._wire.ask(self._receive, (at_most, wait_s))
        yield request
        messages: list[Received] = request.answer
        return messages

    def _receive(self, request: Request) -> None:
        at_most, wait_s = request.asked
        if not wait_s:
            at_most = self._polls.most(at_most, self._queue.visible)
        messages = self._queue.take(at_most)
        if messages or not wait_s:
            self._wire.answer(request, messages)
        else:
            self._queue.wait(at_most, wait_s, partial(self._wire.answer, request))


def mails_under_way(heap: Heap) -> Iterator[Mail]:
    """What is on its way to a queue."""
    for _, _, event in heap:
        if isinstance(event, Request) and getattr(event.fire, "__func__", None) is Client._put:
            yield from event.asked
