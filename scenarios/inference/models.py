"""Limiters of many candidates at once: how much of each is used up when a call comes, and what the call adds to it.

The rules are those of `scenarios.aws.limiter`, turned around: a limiter is not what it holds but what it lacks of being
full, its deficit. What a bucket lacks, and what a window has used up, follows from the observed calls alone, whatever
fits in: so all that a call tells is whether deficit and recipients together are within the capacity. Candidates stand
side by side, one row each; the columns of a row are its shards.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from scenarios.inference.calls import Calls, Floats
from scenarios.inference.order import Disorder, disorder

Chosen = NDArray[np.intp]
WINDOW_S = 1.0
CRUMB = 1e-7
"""Of a recipient: what a float may be off by."""


class Candidates(NamedTuple):
    """Parameters, a number each for every row; `phase_s` is where a fixed window begins, behind a whole second."""

    rate_per_s: Floats
    capacity: Floats
    refusal_cost: Floats
    phase_s: Floats

    def rows(self, wanted: Chosen) -> Candidates:
        return Candidates(*(column[wanted] for column in self))


class Model(Protocol):
    """Limiters of one kind, which are told the calls in their order: `lacks` before `follow`, once each."""

    def lacks(self, call: int) -> tuple[Floats, Floats]:
        """What is used up when the call comes, for each row and shard: at least, and at most."""
        ...

    def follow(self, call: int, rows: Chosen, shard: Chosen) -> None:
        """The call has met these shards, and has come to what was observed."""
        ...

    def keep(self, rows: Chosen) -> None:
        """Go on with the states of these rows, a row being the same candidate's as before."""
        ...


def shares(total: Floats, shards: int) -> Floats:
    """Whole recipients dealt to shards, the last ones getting what does not divide."""
    return np.floor((total[:, None] + np.arange(shards)[None, :]) / shards)


class Buckets:
    """Token buckets: what one lacks drips in at the rate. A refused call takes no more than there is.

    Where a candidate would have decided otherwise it goes on from the edge of what was observed: one that is nearly
    right is then wrong a few times, and not from then on. What drips in does so from the decision on that has found the
    bucket full: as far as that one's instant is blurred, all later ones are.
    """

    def __init__(self, calls: Calls, of: Candidates, needed: Floats, shards: int) -> None:
        self._calls, self._needed, self._cost = calls, needed, of.refusal_cost
        self._costs = bool(of.refusal_cost.any())
        self._rate, self._capacity = of.rate_per_s[:, None] / shards, shares(of.capacity, shards)
        self._lacking, self._at_s = np.zeros_like(self._capacity), calls.at_s[0]
        self._begun_half_s = np.zeros_like(self._capacity)
        self._disorder = _disorder(calls)

    def lacks(self, call: int) -> tuple[Floats, Floats]:
        at_s, half_s = self._calls.at_s[call], self._calls.half_s[call]
        self._lacking -= self._rate * (at_s - self._at_s)
        full = self._lacking <= 0.0
        self._lacking[full] = 0.0
        self._begun_half_s[full] = half_s
        self._at_s = at_s
        if not half_s:
            return self._lacking, self._lacking
        blurred, (earlier, later) = self._rate * (half_s + self._begun_half_s), self._disorder
        return np.maximum(self._lacking - blurred - earlier[call], 0.0), self._lacking + blurred + later[call]

    def follow(self, call: int, rows: Chosen, shard: Chosen) -> None:
        lacking, recipients = self._lacking[rows, shard], self._calls.recipients[call]
        edge = self._capacity[rows, shard] - self._needed[call]
        blurred = self._rate[:, 0] * (self._calls.half_s[call] + self._begun_half_s[rows, shard])
        earlier, later = self._disorder
        if self._calls.accepted[call]:
            self._lacking[rows, shard] = np.minimum(lacking, edge + blurred + earlier[call]) + recipients
            return
        lacking = np.maximum(lacking, edge - blurred - later[call])
        if self._costs:
            held = np.maximum(self._capacity[rows, shard] - lacking, 0.0)
            lacking = lacking + np.minimum(held, self._cost * recipients)
        self._lacking[rows, shard] = lacking

    def keep(self, rows: Chosen) -> None:
        self._lacking, self._begun_half_s = self._lacking[rows], self._begun_half_s[rows]


def _disorder(calls: Calls) -> Disorder:
    """Of what was accepted. What a refusal has cost hangs on what was there, and is taken in the order of the rows."""
    return disorder(calls, np.where(calls.accepted, calls.recipients, 0.0))


def _used(calls: Calls, call: int, cost: Floats) -> Floats:
    """How much of a window a call has used up, in each row."""
    recipients = calls.recipients[call]
    return np.full_like(cost, recipients) if calls.accepted[call] else recipients * cost


class FixedWindows:
    """Windows that begin anew each second, at the candidate's phase.

    A call whose instant is blurred over a boundary counts in both windows at most, and in neither at least.
    """

    def __init__(self, calls: Calls, of: Candidates, needed: Floats, shards: int) -> None:
        self._calls, self._cost, self._phase_s = calls, of.refusal_cost, of.phase_s
        self._least, self._most, self._perhaps, self._before = (np.zeros((len(of.phase_s), shards)) for _ in range(4))
        self._window = np.floor(calls.at_s[0] - self._phase_s)
        self._disorder = _disorder(calls)

    def lacks(self, call: int) -> tuple[Floats, Floats]:
        at_s, half_s = self._calls.at_s[call], self._calls.half_s[call]
        self._begin(np.floor(at_s - self._phase_s))
        if not half_s:
            return self._least, self._most
        least = np.where(self._is_perhaps_next(call)[:, None], 0.0, self._least)
        was_before, (earlier, later) = self._was_perhaps_before(call)[:, None], self._disorder
        most = np.where(was_before, np.maximum(self._most, self._before), self._most)
        return np.maximum(least - earlier[call], 0.0), most + later[call]

    def follow(self, call: int, rows: Chosen, shard: Chosen) -> None:
        used, half_s = _used(self._calls, call, self._cost), self._calls.half_s[call]
        self._most[rows, shard] += used
        if not half_s:
            self._least[rows, shard] += used
            return
        next_ = self._is_perhaps_next(call)
        self._least[rows, shard] += np.where(next_ | self._was_perhaps_before(call), 0.0, used)
        self._perhaps[rows, shard] += np.where(next_, used, 0.0)

    def keep(self, rows: Chosen) -> None:
        self._least, self._most, self._perhaps = self._least[rows], self._most[rows], self._perhaps[rows]
        self._before, self._window = self._before[rows], self._window[rows]

    def _was_perhaps_before(self, call: int) -> NDArray[np.bool_]:
        """Whether the call may have met the window before."""
        earliest: NDArray[np.bool_] = (
            np.floor(self._calls.at_s[call] - self._calls.half_s[call] - self._phase_s) < self._window
        )
        return earliest

    def _is_perhaps_next(self, call: int) -> NDArray[np.bool_]:
        """Whether the call may have met the next window."""
        latest: NDArray[np.bool_] = (
            np.floor(self._calls.at_s[call] + self._calls.half_s[call] - self._phase_s) > self._window
        )
        return latest

    def _begin(self, window: Floats) -> None:
        anew = window > self._window
        if anew.any():
            follows = window == self._window + 1
            self._before[anew] = self._most[anew]
            self._most[anew] = np.where(follows[anew, None], self._perhaps[anew], 0.0)
            self._least[anew], self._perhaps[anew] = 0.0, 0.0
            self._window = window


class SlidingWindows:
    """Windows of the last second: what is no older than that counts."""

    def __init__(self, calls: Calls, of: Candidates, needed: Floats, shards: int) -> None:
        self._calls, self._cost = calls, of.refusal_cost
        self._most, self._least = (np.zeros((len(of.refusal_cost), shards)) for _ in range(2))
        self._met: dict[int, Chosen] = {}
        self._gone, self._going = 0, 0
        self._disorder = _disorder(calls)

    def lacks(self, call: int) -> tuple[Floats, Floats]:
        at_s, half_s = self._calls.at_s[call], self._calls.half_s[call]
        self._gone = self._forget(self._most, self._gone, call, at_s - half_s - WINDOW_S, 1.0)
        self._going = self._forget(self._least, self._going, call, at_s + half_s - WINDOW_S, -1.0)
        if not half_s:
            return self._least, self._most
        earlier, later = self._disorder
        return np.maximum(self._least - earlier[call], 0.0), self._most + later[call]

    def follow(self, call: int, rows: Chosen, shard: Chosen) -> None:
        self._met[call] = shard
        used = _used(self._calls, call, self._cost)
        self._most[rows, shard] += used
        self._least[rows, shard] += used

    def keep(self, rows: Chosen) -> None:
        self._most, self._least = self._most[rows], self._least[rows]
        self._met = {call: met[rows] for call, met in self._met.items() if call >= self._gone}

    def _forget(self, used: Floats, first: int, until: int, before_s: float, side: float) -> int:
        """Take off what is older; returns the first call that still counts."""
        rows = np.arange(len(used))
        while first < until and self._calls.at_s[first] + side * self._calls.half_s[first] <= before_s:
            if first in self._met:
                used[rows, self._met[first]] -= _used(self._calls, first, self._cost)
            first += 1
        return first
