"""How figures call instants: by the clock where a scenario speaks of one, else as the time since its start."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from reports.words import duration, time_unit
from scenarios.schema.clock import DAY_S, Clock, day_at, since_midnight_s
from scenarios.schema.model import Scenario

SINCE_START = "time since the start of the scenario"
BY_CLOCK = "time of day"
MINUTE_S, HOUR_S = 60, 3600
STEPS_S = (
    *(1, 2, 5, 10, 15, 30),
    *(minutes * MINUTE_S for minutes in (1, 2, 5, 10, 15, 30)),
    *(hours * HOUR_S for hours in (1, 2, 3, 6, 12)),
    *(days * DAY_S for days in (1, 2, 7)),
)
"""Between two marks on a clock's axis."""


class Times(NamedTuple):
    """The stretch that a time axis shows, the clock by which its instants are called, if there is one, and of what.

    `of_s` is how long the whole run takes; None where that is shown.
    """

    start_s: float
    end_s: float
    clock: Clock | None = None
    of_s: float | None = None

    @property
    def scale(self) -> float:
        """Seconds in the axis's unit."""
        return 1.0 if self.clock else time_unit(self.end_s)[0]

    @property
    def label(self) -> str:
        """What the axis shows, with its unit."""
        return BY_CLOCK if self.clock else f"{SINCE_START} ({time_unit(self.end_s)[1]})"

    @property
    def said(self) -> str:
        """Which stretch it is, for a title; nothing of a whole run."""
        if self.of_s is None:
            return ""
        scale, unit = time_unit(self.end_s)
        ends = [f"{at_s / scale:.3g}" for at_s in (self.start_s, self.end_s)]
        if self.clock is not None:
            zero_s, unit = since_midnight_s(self.clock.starts), ""
            ends = [_said(self.clock, int(zero_s + at_s), MINUTE_S, False) for at_s in (self.start_s, self.end_s)]
        return f", {' to '.join(ends)}{unit and ' '}{unit} of a run of {duration(self.of_s)}"


def clock_of(scenario: Scenario) -> Clock | None:
    """None where nothing in the scenario is said by the clock."""
    is_said = scenario.clock != Clock() or any(one.is_by_clock for one in scenario.workload)
    return scenario.clock if is_said else None


class Mark(NamedTuple):
    """An instant in seconds of the scenario, and what a clock says then."""

    at_s: float
    said: str


def marks(clock: Clock, start_s: float, end_s: float, most: int) -> Sequence[Mark]:
    """At most so many, at round times of day."""
    step_s = next((one for one in STEPS_S if (end_s - start_s) / one <= most), STEPS_S[-1])
    zero_s = since_midnight_s(clock.starts)
    first = -int(-(zero_s + start_s) // step_s)
    last = int((zero_s + end_s) // step_s)
    whole = end_s - start_s > DAY_S
    return [Mark(turn * step_s - zero_s, _said(clock, turn * step_s, step_s, whole)) for turn in range(first, last + 1)]


def _said(clock: Clock, since_s: int, step_s: int, with_day: bool) -> str:
    """Seconds since the midnight before second 0."""
    minutes, seconds = divmod(since_s % DAY_S, 60)
    time = f"{minutes // 60:02}:{minutes % 60:02}" + (f":{seconds:02}" if step_s % 60 else "")
    day = day_at(clock, since_s // DAY_S)[:3].capitalize()
    return f"{day} {time}" if with_day and not since_s % DAY_S else time
