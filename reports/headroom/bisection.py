"""The edges between values that hold and values that do not, found by halving."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt

DIGITS = 3
"""Significant ones of a value that is tried: a reader can type it, and the edge is known to a hundredth."""

Failing = Callable[[float], str | None]
"""What fails at a value; None where all holds."""


def bisect(low: float, high: float, failing: Failing, is_whole: bool, inside: float | None = None) -> None:
    """Asks at both ends, and then between them until nothing is left between what holds and what does not.

    Where different things fail at the ends, such as speed and safety, what holds is sought between them; where the same
    fails, only `inside` is asked besides.
    """
    at_low, at_high = failing(low), failing(high)
    if at_low is None and at_high is None:
        return
    if at_low is None or at_high is None:
        _halve(*((low, high) if at_low is None else (high, low)), failing, is_whole)
    elif at_low != at_high:
        _seek(low, high, at_low, failing, is_whole)
    elif inside is not None and low < inside < high and failing(inside) is None:
        _halve(inside, low, failing, is_whole)
        _halve(inside, high, failing, is_whole)


def _halve(held: float, failed: float, failing: Failing, is_whole: bool) -> None:
    """Until they are neighbours."""
    while (middle := middle_of(held, failed, is_whole)) is not None:
        if failing(middle) is None:
            held = middle
        else:
            failed = middle


def _seek(low: float, high: float, at_low: str, failing: Failing, is_whole: bool) -> None:
    """A value that holds, from which both edges are found; what fails at one tells on which side it lies."""
    while (middle := middle_of(low, high, is_whole)) is not None:
        found = failing(middle)
        if found is None:
            _halve(middle, low, failing, is_whole)
            _halve(middle, high, failing, is_whole)
            return
        low, high = (middle, high) if found == at_low else (low, middle)


def middle_of(one: float, other: float, is_whole: bool) -> float | None:
    """A value between, in proportion where both are positive; None if there is none with so few digits."""
    low, high = sorted((one, other))
    middle = sqrt(low * high) if low > 0 else (low + high) / 2
    middle = max(int(middle), int(low) + 1) if is_whole else float(f"{middle:.{DIGITS}g}")
    return middle if low < middle < high else None
