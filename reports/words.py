"""Numbers as a reader wants them: never rounded to a better figure than the run had."""

from __future__ import annotations

import math

_UNITS = ((7200.0, 3600.0, "h"), (300.0, 60.0, "min"), (0.0, 1.0, "s"))


def count(value: float) -> str:
    """Recipients or calls; a mean over replications keeps one decimal, and two significant digits below 1."""
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.1f}" if value >= 1 else f"{value:.2g}"


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
    return f"{rounded:.{max(0, 2 - math.floor(math.log10(rounded)))}f}"
