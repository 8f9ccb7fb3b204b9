"""The application in front of a queue: it puts its mails there as they fall due, ten a call."""

from __future__ import annotations

from collections.abc import Sequence

from strategies.ports import Mail, Ports

BATCH = 10  # SQS's largest batch
WORKERS = 16


async def enqueue(ports: Ports, queue: str) -> None:
    """Main of an application pod; a batch is in flight in each of its workers."""
    async with ports.group() as workers:
        for _ in range(WORKERS):
            workers.spawn(_worker(ports, queue))


async def _worker(ports: Ports, queue: str) -> None:
    while mails := await ports.outbox.take(BATCH):
        await put_all(ports, queue, mails)


async def put_all(ports: Ports, queue: str, mails: Sequence[Mail]) -> None:
    """Put mails until the queue has every one of them."""
    while mails:
        refused = await ports.queues[queue].put(mails[:BATCH])
        mails = [*refused, *mails[BATCH:]]
