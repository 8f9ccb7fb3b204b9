"""The plan of a warm-up, date by date: how many go through each address, and what is beyond that."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenarios.schema.clock import DAY_S
from scenarios.schema.delivery.dedicated_ips import DedicatedIps
from scenarios.warmup.demand import Demand


class Day(NamedTuple):
    """One date; all but `most` are recipients, which a limit of the ramp is too: of an hour or of the day."""

    on: date
    most: int | None  # through one address; None: any number
    due: int
    dedicated_s: NDArray[np.float64]  # the second of the day at which each goes to SES for an address of one's own
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


def plan(ips: DedicatedIps, demand: Demand, first: date) -> list[Day]:
    """Every date up to the one from which on all goes through the addresses, and nothing is left of what was held.

    A ramp does not fall, so that this is known once all of the demand's days have gone through.
    """
    days: list[Day] = []
    done = 0
    for day in _days(ips, demand, first):
        days.append(day)
        done = done + 1 if day.is_done else 0
        if done and (day.most is None or done == demand.days):
            break
    return days[: len(days) - done + 1]


def _days(ips: DedicatedIps, demand: Demand, first: date) -> Iterator[Day]:
    held = 0
    for number in count():
        day = _day(ips, demand.on(number), held, first + timedelta(days=number), number)
        held = day.held
        yield day


def _day(ips: DedicatedIps, due_s: NDArray[np.float64], held: int, on: date, number: int) -> Day:
    """What is held back goes first; of what falls due in an hour, or on the day, the first go through the addresses."""
    most = ips.followed.most_on(number)
    room = None if most is None else most * ips.number
    dedicated: list[NDArray[np.float64]] = []
    shared = 0
    for begin_s in range(0, DAY_S, ips.followed.window_s):
        low, high = np.searchsorted(due_s, (begin_s, begin_s + ips.followed.window_s))
        waited = held if room is None else min(held, room)
        taken = high - low if room is None else min(high - low, room - waited)
        dedicated += [np.full(waited, float(begin_s)), due_s[low : low + taken]]
        beyond = int(high - low - taken)
        held -= waited
        held, shared = (held + beyond, shared) if ips.overflow == "held" else (held, shared + beyond)
    return Day(on, most, len(due_s), np.concatenate(dedicated), shared, held)
