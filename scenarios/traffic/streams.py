"""Streams of numbers for what belongs to no single mail: each has a name, and the same seed gives the same stream."""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.schema.latency import Latency
from scenarios.traffic.chance import generator

CHUNK = 1024


def stream(latency: Latency, seed: int, purpose: str) -> Iterator[float]:
    """An endless stream of latencies in seconds."""
    draws = generator(seed, purpose)
    while True:
        yield from latency.sample(draws, CHUNK).tolist()


def uniforms(seed: int, purpose: str) -> Iterator[float]:
    """An endless stream of numbers in [0, 1)."""
    draws = generator(seed, purpose)
    while True:
        yield from draws.random(CHUNK).tolist()
