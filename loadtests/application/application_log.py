"""What the application's side of a real run sees beside its calls: what queues took and gave, what was given up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import inf
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from loadtests.ports.kernel import Clock
from scenarios.ledger.fates import Pieces
from strategies.ports import Mail, Received


@dataclass(slots=True)
class Put:
    """A request that hands mails to a queue."""

    mails: Sequence[Mail]
    ended_s: float = inf


class ApplicationLog:
    """Threads of all pods and pollers write here."""

    def __init__(self, clock: Clock, mails: int) -> None:
        self._clock, self._lock = clock, Lock()
        self._enqueued_s = np.full(mails, np.nan)
        self._receives: dict[tuple[int, str], int] = {}
        self._puts: list[Put] = []
        self.given_up = Pieces()

    @contextmanager
    def putting(self, mails: Sequence[Mail]) -> Iterator[None]:
        """Note mails as on the wire to a queue while the block lasts, whatever becomes of the pod that sent them."""
        put = Put(mails)
        self._puts.append(put)
        try:
            yield
        finally:
            put.ended_s = self._clock.now()

    def on_the_wire(self, ended_s: float) -> Iterator[Mail]:
        """What was on its way to a queue at the end."""
        for put in self._puts:
            if put.ended_s > ended_s:
                yield from put.mails

    def put(self, mails: Sequence[Mail]) -> None:
        """Note mails that a queue has."""
        now_s = self._clock.now()
        for mail in mails:
            self._enqueued_s[mail.number] = np.fmin(self._enqueued_s[mail.number], now_s)

    def enqueued_s(self, ended_s: float) -> NDArray[np.float64]:
        """When a queue first had each mail; NaN for not before the end of observation."""
        return np.where(self._enqueued_s <= ended_s, self._enqueued_s, np.nan)

    def seen(self, messages: Sequence[Received]) -> None:
        """Note how often messages have been received."""
        with self._lock:
            for message in messages:
                place = message.mail.number, message.message_id
                self._receives[place] = max(message.receive_count, self._receives.get(place, 0))

    def receives(self, told: dict[tuple[int, str], int]) -> NDArray[np.int32]:
        """Receptions of each mail, over all its messages, by what pollers here and functions elsewhere know."""
        counts = np.zeros(len(self._enqueued_s), np.int32)
        for (mail, message_id), count in {**self._receives, **told}.items():
            counts[mail] += max(count, self._receives.get((mail, message_id), 0))
        return counts
