"""What a consumer has received: in hand, in a call, sent and not deleted yet, or deleted just now."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from math import inf
from typing import Any

from strategies.consuming.deletions import Deletions
from strategies.consuming.hand import Held
from strategies.enqueue import BATCH
from strategies.ports import Group, Ports, Received

VISIBILITY_S = 10.0  # short: what a dead consumer had comes back soon
EXTEND_EVERY_S = 2.5
LOOK_EVERY_S = 0.25  # whether work goes on: its end waits for this, too
EXTEND_S = 6.0  # before it lapses
UNCERTAIN_S = 1.0  # between the queue's giving a message out and its arrival here
REMEMBER_S = 20.0  # after a message is deleted: it may be on its way here once more


class Keeper:
    """Hides messages anew for as long as they are here, calls without an answer included, and deletes what was sent.

    What the queue gives out once more, because hiding or deleting came too late or it delivers twice, is known again:
    it is not sent once more, and only its newest receipt counts.
    """

    def __init__(self, ports: Ports, queue: str) -> None:
        self._clock, self._queue = ports.clock, ports.queues[queue]
        self._here: dict[str, Held] = {}
        self._deletions: Deletions[Held] | None = None
        self._is_hiding = False
        self._tasks: Group | None = None
        self._goes_on: Callable[[], bool] = lambda: True

    def begin(self, tasks: Group, goes_on: Callable[[], bool]) -> float:
        """Work within a group for as long as it goes on; until when a message must be hidden to be here still."""
        self._tasks, self._goes_on = tasks, goes_on
        self._deletions = Deletions(self._clock, self._queue, tasks, deleted=self._remember)
        safe_s = self._clock.now() + UNCERTAIN_S
        self._here = {name: held for name, held in self._here.items() if held.until_s > safe_s}
        self._hide()
        return safe_s

    def take_in(self, message: Received) -> Held | None:
        """A message that has just come; None if it was here before."""
        until_s = self._clock.now() + VISIBILITY_S - UNCERTAIN_S
        held = self._here.get(message.message_id)
        if held is None:
            self._here[message.message_id] = held = Held(message, until_s)
            self._hide()
            return held
        held.message = message
        if held.is_sent:
            self.delete(held)
        else:
            held.until_s = until_s
        return None

    def let_go(self, held: Held) -> None:
        """Leave a message to the queue, which will give it out again."""
        self._here.pop(held.message.message_id, None)

    def delete(self, held: Held) -> None:
        """Take out of the queue what was sent."""
        assert self._deletions is not None
        held.is_sent, held.until_s = True, inf
        self._deletions.add(held)

    def _remember(self, deleted: Sequence[Held]) -> None:
        for held in deleted:
            held.until_s = self._clock.now() + REMEMBER_S

    def _spawn(self, task: Coroutine[Any, Any, None]) -> None:
        assert self._tasks is not None
        self._tasks.spawn(task)

    def _hide(self) -> None:
        if self._here and not self._is_hiding:
            self._is_hiding = True
            self._spawn(self._hide_lapsing())

    async def _hide_lapsing(self) -> None:
        while self._here and self._goes_on():
            self._forget_deleted()
            soon_s = self._clock.now() + EXTEND_S
            lapsing = [held for held in self._here.values() if held.until_s < soon_s and not held.is_sent]
            for start in range(0, len(lapsing), BATCH):
                await self._hide_anew(lapsing[start : start + BATCH])
            looked_s = self._clock.now()
            while self._goes_on() and self._clock.now() - looked_s < EXTEND_EVERY_S:
                await self._clock.sleep(LOOK_EVERY_S)
        self._is_hiding = False

    def _forget_deleted(self) -> None:
        now_s = self._clock.now()
        self._here = {name: held for name, held in self._here.items() if not held.is_sent or held.until_s > now_s}

    async def _hide_anew(self, lapsing: list[Held]) -> None:
        until_s = self._clock.now() + VISIBILITY_S
        await self._queue.hide([held.message for held in lapsing], VISIBILITY_S)
        for held in lapsing:
            held.until_s = until_s
