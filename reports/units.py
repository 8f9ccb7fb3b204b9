"""Any figure of the comparison document as a reader wants it: by its name, with its unit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from reports.words import decimals

MARKS = {"pass": "✓", "improved": "✓", "fail": "✗", "inconclusive": "?"}
"""A verdict in one character, told apart without colour."""

_SECONDS = re.compile(r"(^|\.)(latency_s|latency_of_all_s|call_s|inbox_s)\.|(span|bound|reviewed|paused)_s$")
LEAST_PERCENT = 0.001  # a smaller change is none, whoever reads it
MOST_DECIMALS = 12  # what is less is the arithmetic of another machine


class SideBySide(NamedTuple):
    """A figure before and now and the difference, each with the unit, and the difference's interval without it."""

    base: str
    now: str
    by: str
    between: str


def side_by_side(
    figure: str,
    base: float | None,
    now: float | None,
    difference: float | None,
    interval: Sequence[float] | None,
) -> SideBySide:
    """Before, now and the difference are as exact as each other, so that whatever the difference is, it is seen."""
    unit = unit_of(figure)
    values = [value for value in (base, now, difference) if value is not None]
    places = _places(values, _decimals_of_all(values, 3 if difference else 6))
    before, after = ("-" if value is None else f"{_at(value, places)}{unit}" for value in (base, now))
    return SideBySide(before, after, _by(difference, base, places, unit), _between(interval))


def _decimals_of_all(values: Sequence[float], digits: int) -> int:
    """The decimals that show so many digits even of the least value."""
    return max((decimals(value, digits) for value in values), default=0)


def _places(values: Sequence[float], most: int) -> int:
    """The fewest decimals that show the values as exactly as the most would."""
    most = min(most, MOST_DECIMALS)
    return next(places for places in range(most + 1) if all(_same(value, places, most) for value in values))


def _same(value: float, places: int, most: int) -> bool:
    return float(f"{value:.{places}f}") == float(f"{value:.{most}f}")


def _at(value: float, places: int, sign: str = "") -> str:
    """A value with so many decimals; zero has none, and no sign."""
    rounded = f"{value:{sign},.{places}f}"
    return rounded if float(rounded.replace(",", "")) else "0"


def _by(difference: float | None, base: float | None, places: int, unit: str) -> str:
    """With its sign, and its share of the base where that says something."""
    if difference is None:
        return "-"
    share = f" ({_share(difference, base)})" if base else ""
    return f"{_at(difference, places, '+')}{unit}{share}"


def change(base: float | None, difference: float | None) -> str:
    """A difference as a share of its base; with no base to speak of, as it is, without a unit."""
    if difference is None:
        return "-"
    if not difference:
        return "0"
    return _share(difference, base) if base else _three_digits(difference)


def _share(difference: float, base: float) -> str:
    return f"{_three_digits(100 * difference / base)} %"


def _three_digits(percent: float) -> str:
    if 0 < abs(percent) < LEAST_PERCENT:
        return f"{'-' if percent < 0 else '+'}<{LEAST_PERCENT:g}"
    return _at(percent, min(decimals(percent, 3), MOST_DECIMALS), "+")


def alike(values: Sequence[float | None], digits: int = 3) -> list[str]:
    """Numbers as exact as each other, of which the least has so many digits; without a unit."""
    known = [value for value in values if value is not None]
    places = _places(known, _decimals_of_all(known, digits))
    return ["-" if value is None else _at(value, places) for value in values]


def shown(figure: str, value: float | None) -> str:
    """The value alone, with its unit: six digits."""
    return "-" if value is None else f"{_at(value, _places([value], decimals(value, 6)))}{unit_of(figure)}"


def between(figure: str, interval: Sequence[float] | None) -> str:
    """An interval of a difference, with the unit."""
    return "-" if interval is None else f"{_between(interval)}{unit_of(figure)}"


def _between(interval: Sequence[float] | None) -> str:
    """Both ends as exact as each other, and each on its side of zero."""
    if interval is None:
        return "-"
    widest = max(interval, key=abs)
    places = _places(interval, max(decimals(widest, 3), _decimals_of_all(interval, 1)))
    low, high = (_at(end, places, "+") for end in interval)
    return f"{low} to {high}"


def unit_of(figure: str) -> str:
    """With a space before it; nothing for counts and shares."""
    if _SECONDS.search(figure):
        return " s"
    if figure.endswith("_per_s"):
        return "/s"
    return " USD" if figure.endswith("_usd") else ""
