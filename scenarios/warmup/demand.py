"""What falls due on each date: a scenario's mail, again and again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenarios.schema.clock import DAY_S, since_midnight_s, weekday
from scenarios.schema.model import Scenario
from scenarios.traffic.division import in_turn
from scenarios.traffic.workload import arrivals

WEEK_DAYS = 7


class Dealt(NamedTuple):
    """The shares of a pool's accounts in its recipients, and whose is meant, counted from 0."""

    shares: Sequence[Fraction]
    number: int

    def out_of(self, due_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Its own of these recipients, dealt in turn."""
        mine: NDArray[np.float64] = due_s[in_turn(self.shares, len(due_s)) == self.number]
        return mine


class Demand(NamedTuple):
    """The recipients of so many whole days from midnight on, each with its second; then everything begins anew."""

    due_s: NDArray[np.float64]
    days: int
    first: int  # which of these days is that of the plan's first date

    def on(self, number: int) -> NDArray[np.float64]:
        """The recipients that fall due so many days after the plan's first: seconds since midnight, ascending."""
        begin_s = (self.first + number) % self.days * DAY_S
        low, high = np.searchsorted(self.due_s, (begin_s, begin_s + DAY_S))
        due_s: NDArray[np.float64] = self.due_s[low:high] - begin_s
        return due_s

    @property
    def per_day(self) -> float:
        """Recipients on an average day."""
        return len(self.due_s) / self.days


ALL = Dealt((Fraction(1),), 0)


def demand_of(scenario: Scenario, first: date, repeats_days: int | None, dealt: Dealt = ALL) -> Demand:
    """The scenario's mail up to its horizon, shadow copies included, repeated after so many days.

    Of a pool's mail it is that which one of its accounts is dealt.

    By default these are as many days as its mail takes, and whole weeks where it names days of the week. Where it is
    repeated by the week, each day of the week gets what the scenario sends on it. Raises BadInput as `arrivals` does.
    """
    mails = arrivals(scenario.workload, scenario.seed)
    seen = mails.intended_s < scenario.horizon_s
    at_s = dealt.out_of(np.repeat(mails.intended_s[seen], mails.recipients[seen]))
    days = repeats_days or _days_of(at_s, WEEK_DAYS if _is_weekly(scenario) else 1)
    at_s = at_s[at_s < days * DAY_S]
    begins = (first.weekday() - weekday(scenario.clock)) % WEEK_DAYS if days % WEEK_DAYS == 0 else 0
    return Demand(np.sort((at_s + since_midnight_s(scenario.clock.starts)) % (days * DAY_S)), days, begins)


def _days_of(at_s: NDArray[Any], least: int) -> int:
    """As many times the least as it takes."""
    last = int(at_s[-1] // DAY_S) if len(at_s) else 0
    return (last // least + 1) * least


def _is_weekly(scenario: Scenario) -> bool:
    return any(one.every not in (None, "day") for one in scenario.workload)
