"""A request to a service on virtual time: it takes effect half-way through its latency, whatever its caller's fate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from heapq import heappush
from typing import Any

from sim.kernel import Heap, Host, World, ignore


class Request:
    """One request, and the event that it is twice: when it reaches the service, and when its answer is back.

    `work` is how much open work it is on its way, which ends at the service.
    """

    __slots__ = ("answer", "asked", "fire", "half_s", "host", "left_s", "waiter", "work")

    answer: Any
    asked: Any
    fire: Callable[[Any], None]
    half_s: float
    host: Host
    left_s: float
    waiter: Callable[[Any], None]
    work: int


class Wire:
    """One host's way to a service; each request takes `cpu_s` of the host's processor before it leaves."""

    __slots__ = ("_cpu_s", "_heap", "_host", "_latency", "_numbers", "_world")

    def __init__(self, world: World, latency: Iterator[float], host: Host, cpu_s: float) -> None:
        self._world, self._heap, self._numbers, self._latency = world, world.heap, world.numbers, latency
        self._host, self._cpu_s = host, cpu_s

    def ask(self, arrive: Callable[[Request], None], asked: Any, work: int = 0) -> Request:
        """A request on its way to what `arrive` does there. Its port yields it at once, and returns its answer."""
        request, half_s, host = Request(), next(self._latency) / 2, self._host
        request.fire, request.asked, request.work = arrive, asked, work
        request.half_s, request.host = half_s, host
        request.left_s = left_s = host.computed_s(self._world.now_s, self._cpu_s)
        heappush(self._heap, (left_s + half_s, next(self._numbers), request))
        return request

    def answer(self, request: Request, result: Any) -> None:
        """Send the answer on its way back."""
        request.answer, request.fire = result, request.waiter
        heappush(self._heap, (self._world.now_s + request.half_s, next(self._numbers), request))


def never_leave(heap: Heap, host: Host, now_s: float) -> int:
    """A host is dead: what its processor had not got round to goes nowhere. How much open work is over with it."""
    unsent = [
        event for _, _, event in heap if isinstance(event, Request) and event.host is host and event.left_s > now_s
    ]
    for request in unsent:
        request.fire = ignore
    return sum(request.work for request in unsent)
