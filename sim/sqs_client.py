"""Access to a queue: every request takes effect half-way through its latency, and is billed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from scenarios.aws.open_work import OpenWork
from sim.kernel import Reply, World
from sim.sqs import Queue
from strategies.ports import Mail, Received


class Client:
    """One host's. What a request does goes on without its caller: a host that dies in mid-call takes nothing back."""

    __slots__ = ("_billed", "_hand_over", "_latency", "_misses", "_open_work", "_queue", "_world")

    def __init__(
        self,
        world: World,
        queue: Queue,
        latency: Iterator[float],
        open_work: OpenWork,
        billed: Callable[[], None],
        misses: Callable[[], bool],
        hand_over: Callable[[Sequence[Mail]], None],
    ) -> None:
        self._world, self._queue, self._latency = world, queue, latency
        self._open_work, self._billed, self._misses, self._hand_over = open_work, billed, misses, hand_over

    def lapse_s(self, batch: Sequence[Received], /) -> float:
        return self._queue.lapse_s(batch)

    def has_visible(self) -> bool:
        return self._queue.has_visible()

    def put(self, mails: Sequence[Mail], /) -> Reply:
        def arrive() -> None:
            self._queue.puts_in_flight.remove(mails)
            self._hand_over(mails)
            self._queue.arrive(mails)

        self._queue.puts_in_flight.append(mails)
        return self._request(arrive, ())

    def delete(self, messages: Sequence[Received], /) -> Reply:
        return self._request(lambda: self._queue.delete(messages), None)

    def hide(self, messages: Sequence[Received], timeout_s: float, /) -> Reply:
        return self._request(lambda: self._queue.hide(messages, timeout_s), None)

    def _request(self, effect: Callable[[], None], value: Any) -> Reply:
        reply, half_s = Reply(), next(self._latency) / 2
        self._billed()
        self._open_work.add()

        def arrive() -> None:
            effect()
            self._world.call_at(self._world.now_s + half_s, lambda: reply.settle(value))
            self._open_work.done()

        self._world.call_at(self._world.now_s + half_s, arrive)
        return reply

    def receive(self, at_most: int, wait_s: float, /) -> Reply:
        reply, half_s = Reply(), next(self._latency) / 2
        self._billed()

        def respond(messages: list[Received]) -> None:
            self._world.call_at(self._world.now_s + half_s, lambda: reply.settle(messages))

        def arrive() -> None:
            if not wait_s and self._misses():
                respond([])
            else:
                self._queue.poll(at_most, wait_s, respond)

        self._world.call_at(self._world.now_s + half_s, arrive)
        return reply
