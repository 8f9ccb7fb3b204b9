"""Streams of numbers for what belongs to no single mail: each has a name, and the same seed gives the same stream."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain

from scenarios.schema.latency import Latency
from scenarios.traffic.chance import generator

CHUNK = 1024


def stream(latency: Latency, seed: int, purpose: str) -> Iterator[float]:
    """An endless stream of latencies in seconds."""
    draws = generator(seed, purpose)
    return _endless(lambda: latency.sample(draws, CHUNK).tolist())


def uniforms(seed: int, purpose: str) -> Iterator[float]:
    """An endless stream of numbers in [0, 1)."""
    draws = generator(seed, purpose)
    return _endless(lambda: draws.random(CHUNK).tolist())


def _endless(chunk: Callable[[], list[float]]) -> Iterator[float]:
    """Chained in C: a generator would be entered anew for each number."""
    return chain.from_iterable(iter(chunk, None))
