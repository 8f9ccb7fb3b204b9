"""The application in front of its queues: it puts its mails there as they fall due, ten a call."""

from __future__ import annotations

from collections.abc import Sequence

from strategies.ports import Mail, Outbox, Ports
from strategies.resources import Lane

BATCH = 10  # SQS's largest batch
WORKERS = 16


def queue_names(name: str, lanes: Sequence[Lane]) -> tuple[str, ...]:
    """What the queues of an account's lanes are called, the most urgent first; a single lane's is the name alone."""
    return tuple(f"{name}-{lane.name}" for lane in lanes) if len(lanes) > 1 else (name,)


async def enqueue(ports: Ports, queue: str) -> None:
    """Main of an application pod; a batch is in flight in each of its workers."""
    await _enqueue(ports, [(ports.outbox, queue)])


async def enqueue_by_lane(ports: Ports, queues: Sequence[str]) -> None:
    """Likewise with a queue a lane, the most urgent lane's first, and workers of its own: none waits for another.

    A single queue takes the mails of all lanes.
    """
    if len(queues) == 1:
        await enqueue(ports, queues[0])
    else:
        await _enqueue(ports, [(ports.outbox.of_lane(lane), queue) for lane, queue in enumerate(queues)])


async def _enqueue(ports: Ports, routes: Sequence[tuple[Outbox, str]]) -> None:
    async with ports.group() as workers:
        for outbox, queue in routes:
            for _ in range(WORKERS):
                workers.spawn(_worker(ports, outbox, queue))


async def _worker(ports: Ports, outbox: Outbox, queue: str) -> None:
    """As `put_all` does, whose call of its own would slow a trickle of single mails by some hundredths."""
    take, put = outbox.take, ports.queues[queue].put
    while mails := await take(BATCH):
        refused = await put(mails)
        while refused:
            refused = await put(refused)


async def put_all(ports: Ports, queue: str, mails: Sequence[Mail]) -> None:
    """Put mails until the queue has every one of them."""
    while mails:
        refused = await ports.queues[queue].put(mails[:BATCH])
        mails = [*refused, *mails[BATCH:]]
