"""The local SQS's speed by the number of messages that wait: what it should depend on as little as possible."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

from moto.sqs.models import SQSBackend, sqs_backends

from loadtests.endpoint.sqs import queues

ACCOUNT, REGION, NAME = "123456789012", "us-east-1", "mails"
DEPTHS = (100, 1_000, 10_000, 100_000)
MOTO_DEPTHS = (100, 1_000)  # its own SQS would take minutes to fill a deeper one
BATCH, RECEIVES, SENDS = 10, 7, 21


class Cost(NamedTuple):
    """Microseconds of a send and of a receive of ten, with so many messages waiting."""

    whose: str
    depth: int
    send_us: float
    receive_us: float


def measure() -> list[Cost]:
    """Plain moto's, then ours, in a process whose moto is ours from then on. Medians, so that one pause is none."""
    theirs = [_cost("moto", SQSBackend(REGION, ACCOUNT), depth) for depth in MOTO_DEPTHS]
    queues.install()
    return theirs + [_cost("seslab", sqs_backends[ACCOUNT][REGION], depth) for depth in DEPTHS]


def _cost(whose: str, sqs: SQSBackend, depth: int) -> Cost:
    sqs.reset()
    sqs.create_queue(NAME)
    for number in range(depth):
        sqs.send_message(NAME, str(number))
    send_us = _median_us(lambda: sqs.send_message(NAME, "one more"), SENDS)
    return Cost(whose, depth, send_us, _median_us(lambda: sqs.receive_message(NAME, BATCH, 0, 600), RECEIVES))


def _median_us(task: Callable[[], object], rounds: int) -> float:
    return sorted(_us(task) for _ in range(rounds))[rounds // 2]


def _us(task: Callable[[], object]) -> float:
    began_s = time.perf_counter()
    task()
    return (time.perf_counter() - began_s) * 1e6
