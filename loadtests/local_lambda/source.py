"""A real queue as the pollers of an event source mapping see it."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence

from loadtests.ports.kernel import Clock
from loadtests.ports.sqs import Queue
from strategies.ports import Received


class Source:
    """A queue that remembers until when a batch is hidden, and whether the last receive found anything."""

    def __init__(self, clock: Clock, queue: Queue, visibility_timeout_s: float) -> None:
        self._clock, self._queue, self._visibility_timeout_s = clock, queue, visibility_timeout_s
        self._lapses_s: dict[str, float] = {}
        self._found = False

    async def receive(self, at_most: int, wait_s: float, /) -> list[Received]:
        messages = await self._queue.receive(at_most, wait_s)
        self._found = bool(messages)
        lapse_s = self._clock.now() + self._visibility_timeout_s
        self._lapses_s.update({message.receipt: lapse_s for message in messages})
        return messages

    def delete(self, messages: Sequence[Received], /) -> Awaitable[None]:
        return self._queue.delete(messages)

    def lapse_s(self, batch: Sequence[Received], /) -> float:
        """When the first of a batch reappears; asked once, when its invocation begins."""
        return min(self._lapses_s.pop(message.receipt) for message in batch)

    def has_visible(self) -> bool:
        """Pollers cannot look into a queue; that they find something is what they go by."""
        return self._found
