"""A request to a service on virtual time: it takes effect half-way through its latency, whatever its caller's fate."""

from __future__ import annotations

from collections.abc import Callable
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


def ask(world: World, latency_s: float, arrive: Callable[[Request], None], asked: Any) -> Request:
    """A request on its way to what `arrive` does there. Its port yields it at once, and returns its answer."""
    request = Request()
    request.fire, request.asked = arrive, asked
    request.half_s = half_s = latency_s / 2
    heappush(world.heap, (world.now_s + half_s, next(world.numbers), request))
    return request


def answer(world: World, request: Request, result: Any) -> None:
    """Send the answer on its way back."""
    request.answer, request.fire = result, request.waiter
    heappush(world.heap, (world.now_s + request.half_s, next(world.numbers), request))
