"""Numbers in a sentence: never rounded to a better figure than the run had."""

from __future__ import annotations

import math


def count(value: float) -> str:
    """Recipients or calls; a mean over replications keeps a decimal where it matters, and two digits below 1."""
    if value == int(value) or value >= 10:
        return f"{value:,.0f}"
    return f"{value:,.1f}" if value >= 1 else f"{value:.2g}"


def counted(value: float, noun: str) -> str:
    """So many of something: 1 pod, 2 pods."""
    return f"{count(value)} {noun}" + "s" * (value != 1)


def rated(rate: float, noun: str) -> str:
    """A rate of something, however fine it was set: 1 recipient, 12.5 recipients."""
    return f"{rate:g} {noun}" + "s" * (rate != 1)


def share(part: float, whole: float) -> str:
    """A percentage, rounded down: only what is complete is shown as 100 %."""
    if not whole:
        return "-"
    percent = 100 * part / whole
    if not math.isfinite(percent):  # no share of a run, but a document may have been changed by hand
        return "-"
    if percent >= 99 and part < whole:  # 612 of 500,000 lost must not read as 100 %
        return f"{math.floor(percent * 10) / 10:.1f} %"
    return f"{math.floor(percent + 1e-9)} %"
