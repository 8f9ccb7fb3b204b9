"""The plan of a warm-up, date by date: how many go through each address, and what is beyond that."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import count
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenarios.errors import BadInput
from scenarios.schema.clock import DAY_S
from scenarios.schema.delivery.dedicated_ips import DedicatedIps
from scenarios.warmup.demand import Demand

Floats = NDArray[np.float64]


class Day(NamedTuple):
    """One date; all but `most` are recipients, which a limit of the ramp is too: of an hour or of the day."""

    on: date
    most: int | None  # through one address; None: any number
    due: int
    dedicated_s: Floats  # the second of the day at which each goes to SES for an address of one's own
    shared: int
    held: int  # at the day's end

    @property
    def is_done(self) -> bool:
        """Whether all of it goes through the addresses, and all that was held back."""
        return not self.shared and not self.held

    @property
    def dedicated(self) -> int:
        """Through the addresses together."""
        return len(self.dedicated_s)

    def through(self, addresses: int) -> list[int]:
        """Through each of them, which take turns."""
        each, left = divmod(self.dedicated, addresses)
        return [each + (place < left) for place in range(addresses)]


class Allowance(NamedTuple):
    """What the account allows of what is held back: it goes no faster than this, whatever a ramp allows."""

    rate_per_s: float
    per_day: int  # -1: any number

    def room(self, window_s: int, gone: int) -> int:
        """Recipients within a window of a day on which so many have gone."""
        in_time = math.floor(self.rate_per_s * window_s)
        return in_time if self.per_day < 0 else max(0, min(in_time, self.per_day - gone))


def plan(ips: DedicatedIps, demand: Demand, first: date, allowance: Allowance) -> list[Day]:
    """Every date up to the one from which on all goes through the addresses, and nothing is left of what was held.

    A ramp does not fall, so that this is known once all of the demand's days have gone through. Raises BadInput where
    that day never comes.
    """
    days: list[Day] = []
    done = 0
    for day in _days(ips, demand, first, allowance):
        days.append(day)
        done = done + 1 if day.is_done else 0
        if done and (day.most is None or done == demand.days):
            break
        _refuse_endless(days, demand, ips.followed.days)
    return days[: len(days) - done + 1]


def _refuse_endless(days: Sequence[Day], demand: Demand, ramp_days: int) -> None:
    """Once the addresses are warm each round of the demand is like the one before."""
    if len(days) > ramp_days + demand.days and days[-1].held >= days[-1 - demand.days].held > 0:
        raise BadInput(
            f"dedicated_ips.overflow: what is held back never goes: {demand.per_day:,.6g} recipients fall due a day, "
            "more than the account may send"
        )


def _days(ips: DedicatedIps, demand: Demand, first: date, allowance: Allowance) -> Iterator[Day]:
    held = 0
    for number in count():
        on, due_s, most = first + timedelta(days=number), demand.on(number), ips.followed.most_on(number)
        room = None if most is None else most * ips.number
        if ips.overflow == "shared":
            dedicated, shared = _shared_out(due_s, room, ips.followed.window_s)
        else:
            dedicated, shared = _held_back(due_s, held, room, ips.followed.window_s, allowance), 0
        held += len(due_s) - len(dedicated) - shared
        yield Day(on, most, len(due_s), dedicated, shared, held)


def _shared_out(due_s: Floats, room: int | None, window_s: int) -> tuple[Floats, int]:
    """Of what falls due in each window the first go through the addresses; the second is how many others there are."""
    if room is None:
        return due_s, 0
    dedicated = [one[:room] for one in _windows(due_s, window_s)]
    return np.concatenate(dedicated), len(due_s) - sum(map(len, dedicated))


def _held_back(due_s: Floats, held: int, room: int | None, window_s: int, allowance: Allowance) -> Floats:
    """What was held back goes first, at the beginning of a window; what does not fit waits for the next one."""
    gone: list[Floats] = []
    total = 0
    for number, falls_due in enumerate(_windows(due_s, window_s)):
        allowed = allowance.room(window_s, total)
        fits = allowed if room is None else min(allowed, room)
        waited = min(held, fits)
        taken = falls_due[: fits - waited]
        gone += [np.full(waited, float(number * window_s)), taken]
        total += waited + len(taken)
        held += len(falls_due) - len(taken) - waited
    return np.concatenate(gone)


def _windows(due_s: Floats, window_s: int) -> list[Floats]:
    """What falls due in each window of a day."""
    return np.split(due_s, np.searchsorted(due_s, range(window_s, DAY_S, window_s)))
