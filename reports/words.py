"""Numbers as a reader wants them: never rounded to a better figure than the run had."""

from __future__ import annotations

import math

_UNITS = ((7200.0, 3600.0, "h"), (300.0, 60.0, "min"), (0.0, 1.0, "s"))


def count(value: float) -> str:
    """Recipients or calls; a mean over replications keeps a decimal where it matters, and two digits below 1."""
    if value == int(value) or value >= 10:
        return f"{value:,.0f}"
    return f"{value:,.1f}" if value >= 1 else f"{value:.2g}"


def counted(value: float, noun: str) -> str:
    """So many of something: 1 pod, 2 pods."""
    return f"{count(value)} {noun}" + "s" * (value != 1)


def duration(seconds: float | None) -> str:
    """Three significant digits or whole milliseconds, in the unit that suits; a dash for what never came."""
    if seconds is None:
        return "-"
    if seconds < 1:
        return f"{1000 * seconds:.0f} ms"
    scale, unit = time_unit(seconds)
    return f"{_three_digits(seconds / scale)} {unit}"


def time_unit(span_s: float) -> tuple[float, str]:
    """Seconds in the unit that suits a span, and the unit's name."""
    return next((scale, unit) for least, scale, unit in _UNITS if span_s >= least or scale == 1.0)


def makespan_unit(longest_s: float) -> tuple[float, str]:
    """The one unit of a column of makespans."""
    return (1e-3, "ms") if longest_s < 1 else time_unit(longest_s)


def latency_unit(longest_s: float) -> tuple[float, str]:
    """The one unit of columns of latencies: never minutes, as they would hide the milliseconds of others."""
    return (1e-3, "ms") if longest_s < 1 else (1.0, "s")


def in_unit(seconds: float | None, scale: float) -> str:
    """Three significant digits, of which at most three are decimals; no duration is rounded to nothing."""
    if seconds is None:
        return "-"
    value = seconds / scale
    if value >= 1:
        return _three_digits(value)
    decimals = 0 if scale < 1 else 3
    return f"{value:.{decimals}f}" if value == 0 or value >= 0.5 * 10**-decimals else f"<{10**-decimals:g}"


def share(part: float, whole: float) -> str:
    """A percentage, rounded down: only what is complete is shown as 100 %."""
    if not whole:
        return "-"
    percent = 100 * part / whole
    if percent >= 99 and part < whole:  # 612 of 500,000 lost must not read as 100 %
        return f"{math.floor(percent * 10) / 10:.1f} %"
    return f"{math.floor(percent + 1e-9)} %"


def money(usd: float | None) -> str:
    """Dollars with cents."""
    return "-" if usd is None else f"${usd:,.2f}"


def _three_digits(value: float) -> str:
    rounded = float(f"{value:.3g}")  # first: 9.996 becomes 10.0, not 10.00
    return f"{rounded:,.{max(0, 2 - math.floor(math.log10(rounded)))}f}"
