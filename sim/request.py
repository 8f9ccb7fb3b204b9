"""A request to a service on virtual time: it takes effect half-way through its latency, whatever its caller's fate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from heapq import heappush
from typing import Any

from sim.kernel import World


class Request:
    """One request, and the event that it is twice: when it reaches the service, and when its answer is back."""

    __slots__ = ("answer", "asked", "fire", "half_s", "waiter")

    answer: Any
    asked: Any
    fire: Callable[[Any], None]
    half_s: float
    waiter: Callable[[Any], None]


class Wire:
    """One host's way to a service."""

    __slots__ = ("_heap", "_latency", "_numbers", "_world")

    def __init__(self, world: World, latency: Iterator[float]) -> None:
        self._world, self._heap, self._numbers, self._latency = world, world.heap, world.numbers, latency

    def ask(self, arrive: Callable[[Request], None], asked: Any) -> Request:
        """A request on its way to what `arrive` does there. Its port yields it at once, and returns its answer."""
        request, half_s = Request(), next(self._latency) / 2
        request.fire, request.asked, request.half_s = arrive, asked, half_s
        heappush(self._heap, (self._world.now_s + half_s, next(self._numbers), request))
        return request

    def answer(self, request: Request, result: Any) -> None:
        """Send the answer on its way back."""
        request.answer, request.fire = result, request.waiter
        heappush(self._heap, (self._world.now_s + request.half_s, next(self._numbers), request))
