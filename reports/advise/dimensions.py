"""The settings of a contender that a search may move, each with where its values lie.

A number is searched between the bounds that its strategy declares, no farther than a quarter to four times of what it
is now: beyond that a search would spend its runs on settings that nobody would try first.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args, get_origin, get_type_hints

from scenarios.runs import account_of, planned
from scenarios.schema.model import Scenario
from strategies.registry import STRATEGIES

AROUND = 4
LEFT_OPEN = 1 / 3
"""Of the values of a setting that may be left open: what the account makes of it often suits best."""
_DIGITS = 3
_INSIDE = 1e-3
"""How far inside a bound that is excluded itself the search ends, as a share of it."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A setting that has one of a few values."""

    name: str
    values: tuple[Any, ...]

    def at(self, share: float) -> Any:
        """The value at a share of the way, from 0 to 1."""
        return self.values[min(int(share * len(self.values)), len(self.values) - 1)]

    def near(self, value: Any, width: float, share: float) -> Any:
        """Another one in a part of all cases, which falls with the width."""
        another = width / 2
        return self.at(share / another) if share < another else value

    def edge(self, _value: Any) -> str | None:
        """A word has no end."""
        return None


@dataclass(frozen=True, slots=True)
class Number:
    """A setting that is a number between two ends, perhaps left open; `is_low_bound` and the other: ends declared."""

    name: str
    low: float
    high: float
    is_whole: bool
    may_be_open: bool
    is_low_bound: bool
    is_high_bound: bool

    def at(self, share: float) -> float | None:
        """The value at a share of the way, in proportion where both ends are positive."""
        if self.may_be_open:
            if share < LEFT_OPEN:
                return None
            share = (share - LEFT_OPEN) / (1 - LEFT_OPEN)
        return self._value(share)

    def near(self, value: float | None, width: float, share: float) -> float | None:
        """One that is no farther than half the width of the whole way; what is open mostly stays so."""
        if value is None:
            return None if share > width * LEFT_OPEN else self._value(share / (width * LEFT_OPEN))
        return self._value(min(1.0, max(0.0, self._share(value) + width * (share - 0.5))))

    def edge(self, value: float | None) -> str | None:
        """Which end it has reached, in words, so that nobody takes an end for an optimum."""
        for end, is_bound, most in ((self.low, self.is_low_bound, "least"), (self.high, self.is_high_bound, "most")):
            if value is not None and math.isclose(value, self._rounded(end)):
                return f"the {most} that it may be" if is_bound else f"the {most} that was searched"
        return None

    def _value(self, share: float) -> float:
        if self.low > 0:
            return self._rounded(self.low * (self.high / self.low) ** share)
        return self._rounded(self.low + (self.high - self.low) * share)

    def _share(self, value: float) -> float:
        if self.low == self.high:
            return 0.0
        if self.low > 0:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    def _rounded(self, value: float) -> float:
        short = float(f"{value:.{_DIGITS}g}")
        return min(max(round(short), math.ceil(self.low)), math.floor(self.high)) if self.is_whole else short


Dimension = Choice | Number


def dimensions(scenario: Scenario, contender: str) -> list[Dimension]:
    """In the order in which the strategy declares them. Raises WrongSetting, BadInput and RunFailed."""
    return list(_dimensions(scenario, contender))


def _dimensions(scenario: Scenario, contender: str) -> Iterator[Dimension]:
    strategy, settings = scenario.strategy_of(contender), scenario.settings_of(contender)
    resolved = planned(strategy, settings, account_of(scenario)).settings
    hints = get_type_hints(STRATEGIES[strategy].Settings)
    idle = {"lanes"} if len(scenario.lanes) < 2 else set()
    for one in (each for each in fields(settings) if each.name not in idle):
        kinds = set(get_args(hints[one.name]) or (hints[one.name],))
        now = next(
            (value for each in (settings, resolved) if (value := getattr(each, one.name, None)) is not None), None
        )
        if hints[one.name] is bool:
            yield Choice(one.name, (False, True))
        elif get_origin(hints[one.name]) is Literal:
            yield Choice(one.name, get_args(hints[one.name]))
        elif kinds - {type(None)} in ({int}, {float}) and now:
            yield _number(one.name, one.metadata["bounds"], float(now), int in kinds, one.default is None)


def _number(name: str, bounds: dict[str, float], now: float, is_whole: bool, may_be_open: bool) -> Number:
    least = bounds.get("ge", bounds["gt"] * (1 + _INSIDE) if bounds.get("gt") else None)
    most = bounds.get("le", bounds["lt"] * (1 - _INSIDE) if "lt" in bounds else None)
    low, high = now / AROUND, now * AROUND
    if is_whole:
        low = max(1.0, math.floor(low))
    is_low, is_high = least is not None and low <= least, most is not None and high >= most
    low, high = (least if is_low and least is not None else low), (most if is_high and most is not None else high)
    return Number(name, low, high, is_whole, may_be_open, is_low, is_high)
