"""One account's last minutes, kept up to date at the cost of what is new; it costs nothing while nobody looks."""

from __future__ import annotations

from collections import deque
from math import floor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loadtests.endpoint.account_run import AccountRun
from loadtests.endpoint.admin.explain import Replay, rows, shown_of
from scenarios.ledger.ledger import ACCEPTED

SPAN_S = 300  # whole seconds that are told
LAST_CALLS = 100


class Watch:
    """Follows the decisions of one run; the caller sees to it that one thread at a time looks.

    `calls` are the newest, oldest first, each refusal with what had filled the bucket.
    """

    def __init__(self, run: AccountRun) -> None:
        self.run, self.calls = run, deque[dict[str, Any]](maxlen=LAST_CALLS)
        self._replay, self._followed, self._edge_s = Replay(run), 0, 1
        self._accepted, self._refused, self._room = (dict[int, int]() for _ in range(3))

    def look(self) -> None:
        """Follow what has happened since the last look."""
        now_s = self.run.clock.now()  # before the lock: what was decided until then is observed
        decisions, notes, callers, sentences = self.run.observed(self._followed)
        self._edge_s = max(self._edge_s, floor(now_s) - SPAN_S + 1)
        shown = self._followed + len(decisions) - LAST_CALLS
        for row in rows(decisions, notes, self._followed):
            self._note_room(row.decided_s)
            if row.number >= shown:
                told = shown_of(row, callers[row.caller], sentences[row.said], self.run.zero_unix_s)
                self.calls.append(told | self._replay.why(row))
            self._replay.repeat(row)
        self._followed += len(decisions)
        self._note_room(now_s)
        self._count(decisions[decisions["decided_s"] >= floor(now_s) - SPAN_S])
        for counts in (self._accepted, self._refused, self._room):
            _forget(counts, floor(now_s) - SPAN_S)

    def seconds(self) -> dict[str, Any]:
        """Recipients accepted and refused in each of the last whole seconds, and the room at the end of each."""
        last_s = self._edge_s - 1
        these = range(max(0, last_s - SPAN_S), last_s)
        return {
            "first_unix_s": self.run.zero_unix_s + these.start,
            "accepted": [self._accepted.get(second, 0) for second in these],
            "refused": [self._refused.get(second, 0) for second in these],
            "tokens": [self._room.get(second) for second in these],
        }

    def _note_room(self, until_s: float) -> None:
        """At the end of each second until then."""
        while self._edge_s <= until_s:
            self._room[self._edge_s - 1] = self._replay.room(self._edge_s)
            self._edge_s += 1

    def _count(self, decisions: NDArray[Any]) -> None:
        is_accepted = decisions["outcome"] == ACCEPTED
        _add(self._accepted, decisions[is_accepted])
        _add(self._refused, decisions[~is_accepted])


def _add(counts: dict[int, int], decisions: NDArray[Any]) -> None:
    seconds, places = np.unique(np.floor(decisions["decided_s"]).astype(np.int64), return_inverse=True)
    recipients = np.bincount(places, decisions["recipients"], len(seconds)).astype(np.int64)
    for second, count in zip(seconds.tolist(), recipients.tolist(), strict=True):
        counts[second] = counts.get(second, 0) + count


def _forget(counts: dict[int, int], until_s: int) -> None:
    for second in [second for second in counts if second < until_s]:
        del counts[second]
