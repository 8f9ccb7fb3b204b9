"""Which months meet the thresholds under the present limit, and which rate the last of them needs."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from reports.headroom.attempts import Attempt, Failure, Perform, Search, attempt
from reports.headroom.bisection import bisect
from scenarios.growth.limits import members_of, part_of, with_limits, with_rate
from scenarios.growth.volume import at_volume, most_at_once, most_in_a_day
from scenarios.schema.accounts.account import Account
from scenarios.schema.accounts.accounts import UNNAMED
from scenarios.schema.model import Scenario
from scenarios.traffic.workload import Arrivals

AROUND = 4
"""The greatest rate that is tried is at least so many times the present one, grown as the mail has."""


class Volume(NamedTuple):
    """How much mail a scenario has, as a multiple of its own; of several accounts, the mail of one part."""

    part: str = UNNAMED
    name: str = "volume"
    present: float | None = 1.0
    is_whole: bool = False

    def of(self, scenario: Scenario, value: float) -> Scenario:
        """Raises BadInput."""
        return part_of(at_volume(scenario, value), self.part)


class Rate(NamedTuple):
    """How fast an account may send, or all of a pool together; limits are whole numbers where AWS sets them."""

    name: str = "account.max_send_rate_per_s"
    present: float | None = None
    is_whole: bool = True

    def of(self, scenario: Scenario, value: float) -> Scenario:
        """Raises BadInput."""
        return with_rate(scenario, int(value))


@dataclass(slots=True)
class Tried:
    """What was tried, in its order; the limiters that failed once are asked first from then on."""

    search: Search
    perform: Perform
    attempts: list[Attempt] = field(default_factory=list)

    def failure(self, value: float) -> Failure | None:
        """What fails there first."""
        known = [one for one in self.attempts if one.value == value]
        hardest = [one.failure.hypothesis for one in self.attempts if one.failure is not None]
        if not known:
            known = [attempt(self.search, value, hardest, self.perform)]
            self.attempts += known
        return known[0].failure


def first_unmet(volumes: Sequence[float], is_unmet: Callable[[float], bool]) -> float:
    """The least volume that is not met, found by halving: more mail is never easier. Infinite if all are met."""
    rising = sorted(set(volumes))
    place = bisect_left(rising, True, key=is_unmet)
    return rising[place] if place < len(rising) else math.inf


def rates_of(mails: Arrivals, present_per_s: float, growth: float) -> tuple[int, int]:
    """The least and the greatest rate that are tried; at the greatest all that falls due in one second goes at once."""
    low = max(1, math.ceil(present_per_s))
    return low, max(low + 1, math.ceil(AROUND * present_per_s * max(1.0, growth)), most_at_once(mails))


def least_rate(tried: Tried, low: int, high: int) -> int | None:
    """The least whole rate at which all was found to hold; None where none is found.

    A strategy may fail at a higher rate than one at which it holds, and halving passes over the lower one: twice the
    least rate, four times and so on, up to half of what was found, are tried as well.
    """
    bisect(low, high, partial(_said, tried), is_whole=True)
    if (found := _least_held(tried)) is None:
        return None
    for rate_per_s in _doubled(low, found):
        if tried.failure(rate_per_s) is None:
            bisect(low, rate_per_s, partial(_said, tried), is_whole=True)
            break
    return _least_held(tried)


def _least_held(tried: Tried) -> int | None:
    held = [one.value for one in tried.attempts if one.failure is None]
    return int(min(held)) if held else None


def _doubled(low: int, found: int) -> Iterator[int]:
    while (low := 2 * low) <= found // 2:
        yield low


def _said(tried: Tried, value: float) -> str | None:
    failure = tried.failure(value)
    return None if failure is None else failure.threshold["expression"]


def fits(account: Account, recipients: int) -> bool:
    """Whether the 24-hour quota allows so many, those of the day before included."""
    return account.max_24h_send < 0 or recipients <= account.max_24h_send


def grown(part: Scenario, mails: Arrivals) -> Scenario:
    """Out of the sandbox, with quotas that are enough for this mail of its own. Raises BadInput."""
    needed = {
        one.name: quota_for(one.account, most_in_a_day(mails, one.account, one.borne)) for one in members_of(part)
    }
    return with_limits(part, {name: {"sandbox": False, "max_24h_send": quota} for name, quota in needed.items()})


def quota_for(account: Account, recipients: int) -> int:
    """The present one if it is enough, else so many, rounded up to two digits."""
    if fits(account, recipients) and not account.sandbox:
        return account.max_24h_send
    step = int(10 ** max(0, len(str(recipients)) - 2))
    return -(-recipients // step) * step
