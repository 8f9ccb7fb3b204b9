"""Takes out of its queue what has been sent: ten messages a request, none of which waits long for the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf
from typing import Generic, Protocol, TypeVar

from strategies.enqueue import BATCH
from strategies.ports import Clock, Group, Queue, Received

LOOK_S = 0.05  # whether what waited is gone: a group may last so long beyond the last that is expected
LINGER_S = 1.0  # that a message waits for others: well within what is left of the time for which it is hidden


class Held(Protocol):
    """Whatever holds a message."""

    @property
    def message(self) -> Received: ...


H = TypeVar("H", bound=Held)


class Deletions(Generic[H]):
    """Those of one queue, as tasks of a group; `deleted` is told of each batch once the queue has forgotten it.

    Not before its request does a message leave the queue: what dies before it has lost nothing, and sends up to ten
    mails twice. Where `expected` says how many messages will be sent or spared, none waits once these are through; they
    are not before `last_s`.
    """

    def __init__(
        self,
        clock: Clock,
        queue: Queue,
        tasks: Group,
        expected: float = inf,
        last_s: float = inf,
        deleted: Callable[[Sequence[H]], None] = lambda _: None,
    ) -> None:
        self._clock, self._queue, self._tasks, self._deleted = clock, queue, tasks, deleted
        self._expected, self._last_s = expected, last_s
        self._waiting: list[H] = []
        self._batches = 0

    def add(self, sent: H) -> None:
        """Delete a message, together with those that come soon."""
        self._waiting.append(sent)
        if len(self._waiting) == BATCH:
            self._begin()
        elif len(self._waiting) == 1 and self._expected > 1:
            self._tasks.spawn(self._begin_in_time(self._batches))
        self.spare()

    def spare(self) -> None:
        """Of those expected one is through; unless it was added, it stays in the queue."""
        self._expected -= 1
        if not self._expected:
            self._begin()

    def _begin(self) -> None:
        if self._waiting:
            batch, self._waiting = self._waiting, []
            self._batches += 1
            self._tasks.spawn(self._delete(batch))

    async def _begin_in_time(self, batch: int) -> None:
        """A call without an answer must not keep those that have one in the queue until they are sent once more."""
        due_s = self._clock.now() + LINGER_S
        await self._clock.sleep(max(0.0, min(due_s, self._last_s) - self._clock.now()))
        while self._batches == batch and self._clock.now() < due_s:
            await self._clock.sleep(LOOK_S)
        if self._batches == batch:
            self._begin()

    async def _delete(self, batch: Sequence[H]) -> None:
        await self._queue.delete([sent.message for sent in batch])
        self._deleted(batch)
