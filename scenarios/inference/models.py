"""Limiters of many candidates at once: how much of each is used up when a call comes, and what the call adds to it.

The rules are those of `scenarios.aws.limiter`, turned around: a limiter is not what it holds but what it lacks of being
full, its deficit. What a bucket lacks, and what a window has used up, follows from the observed calls alone, whatever
fits in: so all that a call tells is whether deficit and recipients together are within the capacity. Candidates stand
side by side, one row for each history of each; the columns of a row are its shards.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from scenarios.inference.calls import Calls, Floats
from scenarios.inference.order import Disorder, disorder

Chosen = NDArray[np.intp]
Bools = NDArray[np.bool_]
WINDOW_S = 1.0
CRUMB = 1e-7
"""Of a recipient: what a float may be off by."""
NAMES = (1.0, 0.618, 0.414, 0.272)
"""Of numbers that a mark is made of, so that not only their sum is told."""


class Candidates(NamedTuple):
    """Parameters, a number each for every row; `phase_s` is where a fixed window begins, behind a whole second."""

    rate_per_s: Floats
    capacity: Floats
    refusal_cost: Floats
    phase_s: Floats

    def rows(self, wanted: Chosen) -> Candidates:
        return Candidates(*(column[wanted] for column in self))


class Outcome(NamedTuple):
    """What was observed of a call, for each row and shard.

    `share` of the instants at which it may have been decided make it so, and `is_possible` where any does, whatever
    the instants of earlier calls.
    """

    share: Floats
    is_possible: Bools


class Model(Protocol):
    """Limiters of one kind, which are told the calls in their order: `outcome`, `meet`, then `follow`, once each."""

    def outcome(self, call: int) -> Outcome: ...

    def least(self, call: int) -> Floats:
        """What is used up when the call comes, for each row and shard, at the very least."""
        ...

    def meet(self, call: int, instants: Floats) -> None:
        """Each shard has met the call, so to say, which has come to what was observed.

        `instants` are where between its earliest and its latest instant each row has it decided, from 0 to 1.
        """
        ...

    def marks(self) -> Floats:
        """A number for each row and shard that has met the call: rows of a candidate are alike where it is the same."""
        ...

    def follow(self, rows: Chosen | None, shard: Chosen) -> None:
        """Go on with these rows, or with all as they are; in each of them one shard has met the call."""
        ...


def shares(total: Floats, shards: int) -> Floats:
    """Whole recipients dealt to shards, the last ones getting what does not divide."""
    return np.floor((total[:, None] + np.arange(shards)[None, :]) / shards)


class Buckets:
    """Token buckets: what one lacks drips in at the rate. A refused call takes no more than there is.

    Where a candidate would have decided otherwise it goes on from the edge of what was observed: one that is nearly
    right is then wrong a few times, and not from then on. What drips in does so from the decision on that has found the
    bucket full: all later deficits hang on that one's instant. So each row has an instant of its own for it, and what
    it lacks is as of the middle of the bounds of the call that comes: below 0 where it has been full for a while.
    """

    def __init__(self, calls: Calls, of: Candidates, needed: Floats, shards: int) -> None:
        self._calls, self._needed, self._cost = calls, needed, of.refusal_cost
        self._costs = bool(of.refusal_cost.any())
        self._rate, self._capacity = of.rate_per_s[:, None] / shards, shares(of.capacity, shards)
        self._blur_s = 2 * float(calls.half_s.max())
        self._full = np.broadcast_to(-self._rate * self._blur_s / 2, self._capacity.shape)
        self._lacking, self._met, self._at_s = self._full.copy(), self._full, calls.at_s[0]
        self._disorder = _disorder(calls)

    def outcome(self, call: int) -> Outcome:
        room, accepted = self._come(call), self._calls.accepted[call]
        spare, half_s = room + CRUMB - np.maximum(self._lacking, 0.0), self._calls.half_s[call]
        if not half_s:
            fits = (spare >= 0.0) == accepted
            return Outcome(fits.astype(float), fits)
        earlier, later = self._disorder
        spare = np.where(room >= 0, room - self._lacking, -np.inf)
        over = earlier[call] + spare if accepted else later[call] - spare
        reach = self._rate * half_s
        is_possible = over >= -reach - self._rate * self._blur_s
        return Outcome(np.clip(0.5 + over / (2 * reach), 0.0, 1.0), is_possible)

    def least(self, call: int) -> Floats:
        self._come(call)
        half_s, (earlier, _) = self._calls.half_s[call], self._disorder
        blurred = self._rate * (half_s + self._blur_s) if half_s else 0.0
        least: Floats = np.maximum(self._lacking - blurred - earlier[call], 0.0)
        return least

    def meet(self, call: int, instants: Floats) -> None:
        """An accepted one is not decided before there is enough for it."""
        room, half_s, recipients = self._come(call), self._calls.half_s[call], self._calls.recipients[call]
        (earlier, later), reach = self._disorder, self._rate * half_s
        if self._calls.accepted[call]:
            dripped, least = 0.0, room + earlier[call]
            if half_s:
                first = np.clip(self._lacking - least, -reach, reach)
                dripped = first + (reach - first) * instants[:, None]
            self._met = np.maximum(np.minimum(self._lacking, least + reach), dripped) + recipients
            return
        self._met = np.maximum(self._lacking, room - reach - later[call])
        if self._costs:
            held = np.clip(self._capacity - self._met, 0.0, self._capacity)
            self._met = np.maximum(self._met, 0.0) + np.minimum(held, self._cost[:, None] * recipients)

    def marks(self) -> Floats:
        return _marks(self._lacking - self._capacity, self._met - self._capacity, self._capacity)

    def follow(self, rows: Chosen | None, shard: Chosen) -> None:
        every = np.arange(len(shard))
        met = self._met[every if rows is None else rows, shard]
        if rows is not None:
            self._lacking = self._lacking[rows]
        self._lacking[every, shard] = met

    def _come(self, call: int) -> Floats:
        """Let drip in what does until the call comes; returns how much a bucket may lack that lets it through."""
        at_s = self._calls.at_s[call]
        if at_s != self._at_s:
            self._lacking -= self._rate * (at_s - self._at_s)
            np.maximum(self._lacking, self._full, out=self._lacking)
            self._at_s = at_s
        room: Floats = self._capacity - self._needed[call]
        return room


def _marks(before: Floats, after: Floats, capacity: Floats) -> Floats:
    """Of a row with one shard's number replaced. Which shard is which does not matter, but how much it holds does."""
    every, other = (_mark(numbers, capacity) for numbers in (before, after))
    marks: Floats = (every @ np.ones(every.shape[1]))[:, None] - every + other
    return marks


def _mark(numbers: Floats, capacity: Floats) -> Floats:
    """Sums of it are alike only where the numbers are, in any order: a polynomial of no whole coefficients."""
    number = numbers + 0.1234 * capacity
    mark: Floats = number * number * (1.0 + number * (0.0137 + 0.00071 * number))
    return mark


def _disorder(calls: Calls) -> Disorder:
    """Of what was accepted. What a refusal has cost hangs on what was there, and is taken in the order of the rows."""
    return disorder(calls, np.where(calls.accepted, calls.recipients, 0.0))


def _used(calls: Calls, call: int, cost: Floats) -> Floats:
    """How much of a window a call has used up, in each row."""
    recipients = calls.recipients[call]
    return np.full_like(cost, recipients) if calls.accepted[call] else recipients * cost


def _told(calls: Calls, call: int, used: tuple[Floats, Floats], room: Floats, open_: Disorder) -> Outcome:
    """Where it hangs on instants whether a call fits into a window, it is as likely as not; any order may be right."""
    accepted, half = calls.accepted[call], calls.half_s[call] > 0
    shift = (-open_.earlier[call] if accepted else open_.later[call]) if half else 0.0
    least, most = (np.maximum(side + shift, 0.0) <= room + CRUMB for side in used)
    rather, hardly = (least, most) if accepted else (~most, ~least)
    return Outcome((rather.astype(float) + hardly) / 2, rather)


class FixedWindows:
    """Windows that begin anew each second, at the candidate's phase.

    A call whose instant is blurred over a boundary counts in both windows at most, and in neither at least.
    """

    def __init__(self, calls: Calls, of: Candidates, needed: Floats, shards: int) -> None:
        self._calls, self._needed, self._cost, self._phase_s = calls, needed, of.refusal_cost, of.phase_s
        self._capacity = shares(of.capacity, shards)
        self._least, self._most, self._perhaps, self._before = (np.zeros_like(self._capacity) for _ in range(4))
        self._window, self._added = np.floor(calls.at_s[0] - self._phase_s), (self._phase_s,) * 3
        self._disorder = _disorder(calls)

    def outcome(self, call: int) -> Outcome:
        self._begin(np.floor(self._calls.at_s[call] - self._phase_s))
        return _told(self._calls, call, self._between(call), self._capacity - self._needed[call], self._disorder)

    def least(self, call: int) -> Floats:
        self._begin(np.floor(self._calls.at_s[call] - self._phase_s))
        least: Floats = np.maximum(self._between(call)[0] - self._disorder.earlier[call], 0.0)
        return least

    def meet(self, call: int, instants: Floats) -> None:
        self._added = self._adds(call)

    def marks(self) -> Floats:
        columns = (self._least, self._most, self._perhaps, self._before)
        before = sum(name * column for name, column in zip(NAMES, columns, strict=True))
        after = before + sum(name * added[:, None] for name, added in zip(NAMES[:3], self._added, strict=True))
        return _marks(np.asarray(before), np.asarray(after), self._capacity)

    def follow(self, rows: Chosen | None, shard: Chosen) -> None:
        every, added = np.arange(len(shard)), self._added
        if rows is not None:
            self._before, self._window = self._before[rows], self._window[rows]
            self._least, self._most, self._perhaps = self._least[rows], self._most[rows], self._perhaps[rows]
            added = (added[0][rows], added[1][rows], added[2][rows])
        for column, more in zip((self._least, self._most, self._perhaps), added, strict=True):
            column[every, shard] += more

    def _between(self, call: int) -> tuple[Floats, Floats]:
        """How much of the window is used up when the call comes, at least and at most."""
        if not self._calls.half_s[call]:
            return self._least, self._most
        least = np.where(self._is_perhaps_next(call)[:, None], 0.0, self._least)
        was_before = self._was_perhaps_before(call)[:, None]
        return least, np.where(was_before, np.maximum(self._most, self._before), self._most)

    def _adds(self, call: int) -> tuple[Floats, Floats, Floats]:
        """What the call uses up in each row: at least, at most, and perhaps of the next window."""
        used = _used(self._calls, call, self._cost)
        if not self._calls.half_s[call]:
            return used, used, np.zeros_like(used)
        next_ = self._is_perhaps_next(call)
        return np.where(next_ | self._was_perhaps_before(call), 0.0, used), used, np.where(next_, used, 0.0)

    def _was_perhaps_before(self, call: int) -> Bools:
        """Whether the call may have met the window before."""
        earliest: Bools = np.floor(self._calls.at_s[call] - self._calls.half_s[call] - self._phase_s) < self._window
        return earliest

    def _is_perhaps_next(self, call: int) -> Bools:
        """Whether the call may have met the next window."""
        latest: Bools = np.floor(self._calls.at_s[call] + self._calls.half_s[call] - self._phase_s) > self._window
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
        self._calls, self._needed, self._cost = calls, needed, of.refusal_cost
        self._capacity = shares(of.capacity, shards)
        self._most, self._least, self._names = (np.zeros_like(self._capacity) for _ in range(3))
        self._met: dict[int, Chosen] = {}
        self._call = self._gone = self._going = 0
        self._disorder = _disorder(calls)
        self._name_of = np.random.default_rng(0).uniform(0.5, 1.5, len(calls.at_s))

    def outcome(self, call: int) -> Outcome:
        self._forget(call)
        used = (self._least, self._most)
        return _told(self._calls, call, used, self._capacity - self._needed[call], self._disorder)

    def least(self, call: int) -> Floats:
        self._forget(call)
        least: Floats = np.maximum(self._least - self._disorder.earlier[call], 0.0)
        return least

    def meet(self, call: int, instants: Floats) -> None:
        self._call = call

    def marks(self) -> Floats:
        """Rows that have used up as much may have done so at other times: each call has a name to be known by."""
        return _marks(self._names, self._names + self._name_of[self._call], self._capacity)

    def follow(self, rows: Chosen | None, shard: Chosen) -> None:
        call, every, used = self._call, np.arange(len(shard)), _used(self._calls, self._call, self._cost)
        if rows is not None:
            used = used[rows]
            self._most, self._least, self._names = self._most[rows], self._least[rows], self._names[rows]
            self._met = {before: met[rows] for before, met in self._met.items() if before >= self._gone}
        self._met[call] = shard
        self._most[every, shard] += used
        self._least[every, shard] += used
        self._names[every, shard] += self._name_of[call]

    def _forget(self, call: int) -> None:
        at_s, half_s = self._calls.at_s[call], self._calls.half_s[call]
        gone = self._older(self._gone, call, at_s - half_s - WINDOW_S, 1.0)
        for number in range(self._gone, gone):
            self._take_off(self._most, number, _used(self._calls, number, self._cost))
            self._take_off(self._names, number, np.full_like(self._cost, self._name_of[number]))
        going = self._older(self._going, call, at_s + half_s - WINDOW_S, -1.0)
        for number in range(self._going, going):
            self._take_off(self._least, number, _used(self._calls, number, self._cost))
        self._gone, self._going = gone, going

    def _older(self, first: int, until: int, before_s: float, side: float) -> int:
        """The first call that still counts."""
        while first < until and self._calls.at_s[first] + side * self._calls.half_s[first] <= before_s:
            first += 1
        return first

    def _take_off(self, used: Floats, call: int, number: Floats) -> None:
        if call in self._met:
            used[np.arange(len(used)), self._met[call]] -= number
