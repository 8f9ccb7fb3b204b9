"""Clock times: how a scenario says that something begins at 08:00 on Mondays, and the seconds that this amounts to."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, islice, takewhile
from typing import Annotated, Literal, get_args

from pydantic import Field

from scenarios.schema.complaints import CLOCK_TIME
from scenarios.schema.tables import Table

DAY_S = 86_400

Day = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Every = Literal["day", "weekday", Day]
ClockTime = Annotated[str, Field(pattern=CLOCK_TIME)]

_WEEK: tuple[Day, ...] = get_args(Day)
_WORKING_DAYS = 5  # from Monday on


class Clock(Table):
    """What a clock on the wall shows at second 0; its days have 24 hours, all year."""

    starts: ClockTime = Field(default="00:00", description="the time of day at second 0, HH:MM or HH:MM:SS")
    day: Day = Field(default="monday", description="the day at second 0")


def beginnings(at: str | None, every: Every | None, clock: Clock) -> Iterator[float]:
    """The seconds of the scenario at which the clock shows that time, ascending; the first only, unless it is repeated.

    Of the first day counts what is yet to come. A repetition without a time begins at midnight.
    """
    since_s = since_midnight_s(at or "00:00") - since_midnight_s(clock.starts)
    today = _WEEK.index(clock.day)
    days = (day for day in count(int(since_s < 0)) if _is_on(every, (today + day) % len(_WEEK)))
    return islice((float(day * DAY_S + since_s) for day in days), None if every else 1)


def before(horizon_s: float, seconds: Iterator[float]) -> tuple[float, ...]:
    """Those of ascending seconds that a run sees."""
    return tuple(takewhile(lambda second: second < horizon_s, seconds))


def since_midnight_s(time: str) -> int:
    """Of HH:MM or HH:MM:SS."""
    hours, minutes, *seconds = map(int, time.split(":"))
    return 3600 * hours + 60 * minutes + sum(seconds)


def weekday(clock: Clock) -> int:
    """Of second 0: Monday is 0."""
    return _WEEK.index(clock.day)


def day_at(clock: Clock, days: int) -> Day:
    """The day so many after that of second 0."""
    return _WEEK[(weekday(clock) + days) % len(_WEEK)]


def _is_on(every: Every | None, day: int) -> bool:
    """Whether what is repeated so happens on that day of the week."""
    if every == "weekday":
        return day < _WORKING_DAYS
    return every in (None, "day", _WEEK[day])
