"""Mail waits in a queue a lane; one consumer sends the most urgent first, paced by what it learns of the limit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from math import ceil
from typing import Literal

from strategies.consuming.consumer import Consumer
from strategies.consuming.keeper import VISIBILITY_S
from strategies.consuming.lease import Lease
from strategies.enqueue import enqueue_by_lane, queue_names
from strategies.ports import Ports, Tick
from strategies.presentation.look import Look
from strategies.presentation.seen import Seen
from strategies.presentation.words import counted, rated, share
from strategies.resources import (
    CALL_CPU_S,
    FULL_CORE_MB,
    Account,
    Function,
    Handler,
    Plan,
    Pods,
    Queue,
    Table,
    Ticker,
)
from strategies.settings import memory, setting

LOOK = Look("#000000", "P", (0, (2, 2)), "-|-|")
QUEUE = "mails"
DEAD_LETTERS = "dead"
LEASE = "lease"
FUNCTION = "pacemaker"
MAX_RECEIVE_COUNT = 5
LEAST_CONNECTIONS, MOST_CONNECTIONS = 64, 192
SLOW_SEND_S = 0.25  # a call rarely takes longer
LEAST_DEFAULT_MB = 256
CPU_SHARE = 0.5  # of the function's, that sending may take
MOST_SECONDS = 3.0  # worth of recipients that SES may hold; of a share no more than one: the rest is for others
ENDING_S = 90.0  # for the last calls of a spell: longer than the SDK waits for an answer


@dataclass(frozen=True, slots=True)
class Settings:
    runs_as: Literal["pod", "function"] = setting("pod", "where the consumer runs: a pod, or a function in relays")
    share: float = setting(1.0, "of the limit; the rest is left to others on the account", gt=0, le=1)
    least_share: float = setting(0.05, "what the less urgent lanes get at least of that, together", ge=0, lt=1)
    consumers: int = setting(1, "consumer pods, of which one works and the others watch", scales="pods", ge=1, le=100)
    relief_s: float = setting(300.0, "a function works so long before it is called anew", ge=10, le=800)
    memory_mb: int | None = memory(None, "of the function, default what the rate needs, at least 256")


def plan(settings: Settings, account: Account) -> Plan:
    """A queue a lane, one dead-letter queue, and one consumer of them all."""
    queues = queue_names(QUEUE, account.lanes)
    limit_per_s = account.max_send_rate_per_s * settings.share
    memory_mb = settings.memory_mb or _memory_mb(limit_per_s)
    resolved = replace(settings, memory_mb=memory_mb)
    most_burst = limit_per_s * (MOST_SECONDS if settings.share == 1.0 else 1.0)
    least_shares = _least_shares(settings.least_share, len(queues))
    connections = max(LEAST_CONNECTIONS, min(MOST_CONNECTIONS, ceil(limit_per_s * SLOW_SEND_S)))
    consume = partial(
        Consumer,
        queues=queues,
        limit_per_s=limit_per_s,
        most_burst=most_burst,
        least_shares=least_shares,
        connections=connections,
    )
    whole = Plan(
        resolved,
        Pods(partial(enqueue_by_lane, queues=queues), uses=queues),
        queues=tuple(Queue(name, VISIBILITY_S, MAX_RECEIVE_COUNT, dead_letters=DEAD_LETTERS) for name in queues),
    )
    if settings.runs_as == "pod":
        main = partial(_pod, consume=consume)
        pods = Pods(main, settings.consumers, connections=connections, uses=(*queues, LEASE))
        return replace(whole, workers=(pods,), tables=(Table(LEASE),))
    handler = partial(_handler, consume=consume, relief_s=settings.relief_s)
    function = Function(FUNCTION, handler, settings.relief_s + ENDING_S, queues, memory_mb, 1, connections)
    return replace(whole, functions=(function,), tickers=(Ticker(FUNCTION, "relay"),))


def _least_shares(least_share: float, lanes: int) -> tuple[float, ...]:
    """For each lane; the most urgent one needs none."""
    return (0.0, *(least_share / (lanes - 1) for _ in range(lanes - 1)))


def _memory_mb(rate_per_s: float) -> int:
    """As much as sending needs, in steps of 64 MB: Lambda deals out processor time by memory."""
    needed_mb = rate_per_s * CALL_CPU_S / CPU_SHARE * FULL_CORE_MB
    return max(LEAST_DEFAULT_MB, min(FULL_CORE_MB, ceil(needed_mb / 64) * 64))


async def _pod(ports: Ports, consume: partial[Consumer]) -> None:
    """Work for as long as the lease lasts, and wait for it again."""
    lease, consumer = Lease(ports.clock, ports.tables[LEASE]), consume(ports)
    while True:
        consumer.expect(rested=await lease.acquire())
        async with ports.group() as tasks:
            tasks.spawn(lease.renew())
            await consumer.work(lease.until_s)


def _handler(ports: Ports, consume: partial[Consumer], relief_s: float) -> Handler:
    """A warm environment goes on with what it has learned; only one runs at a time."""
    consumer = consume(ports)

    async def handle(tick: Tick) -> None:
        ends_s = ports.clock.now() + relief_s
        if tick.number == 0:
            consumer.expect(rested=True)
        await consumer.work(lambda: ends_s)

    return handle


def mechanism(settings: Settings, seen: Seen) -> Iterator[str]:
    """How it came to its figures."""
    rate = rated(settings.share * seen.rate_per_s, "recipient")
    each = f" in each of {counted(seen.shares, 'share')}" if seen.shares > 1 else ""
    together = " together" if each else ""
    where = f"one consumer{each}, {_WHERE[settings.runs_as]}, paces at most {rate} a second{together}"
    yield f"{where} by what SES accepts and refuses"
    if seen.lanes:
        others = "the other gets" if len(seen.lanes) == 2 else "the others together get"
        least = f", and {others} at least {share(settings.least_share, 1)} of the rate" if settings.least_share else ""
        yield f"{seen.lanes[0].name} mail goes first{least}"


_WHERE = {"pod": "a pod", "function": "a function in relays"}


def after_refusal(settings: Settings) -> str:
    """What becomes of a refused mail."""
    return "kept in hand and sent again"
