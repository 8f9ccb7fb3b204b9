"""Times, money and volumes as a reader wants them; `strategies/presentation/words.py` has counts and shares."""

from __future__ import annotations

from collections.abc import Sequence

_UNITS = ((7200.0, 3600.0, "h"), (300.0, 60.0, "min"), (0.0, 1.0, "s"))


def duration(span_s: float | None) -> str:
    """Three significant digits or whole milliseconds, in the unit that suits; a dash for what never came."""
    if span_s is None:
        return "-"
    if span_s < 1:
        return f"{1000 * span_s:.0f} ms"
    scale, unit = time_unit(span_s)
    value = span_s / scale
    return f"{value:,.{decimals(value, 3)}f} {unit}"


def time_unit(span_s: float) -> tuple[float, str]:
    """Seconds in the unit that suits a span, and the unit's name."""
    return next((scale, unit) for least, scale, unit in _UNITS if span_s >= least or scale == 1.0)


def rounded_duration(span_s: float) -> str:
    """As a person who chose it would say it: 15 min."""
    scale, unit = time_unit(span_s)
    return f"{span_s / scale:.6g} {unit}"


def seconds(span_s: float | None) -> str:
    """A number for a column of seconds: three significant digits, but milliseconds at most, and never zero for some."""
    if span_s is None:
        return "-"
    return _whole_milliseconds(span_s, decimals(span_s, 3))


def with_margin(span_s: float | None, interval: Sequence[float] | None) -> str:
    """Seconds and the wider half of their interval, with two digits at least, both with as many decimals."""
    if span_s is None or interval is None:
        return seconds(span_s)
    margin_s = max(interval[1] - span_s, span_s - interval[0])
    places = max(decimals(span_s, 3), decimals(margin_s, 2))
    return f"{_whole_milliseconds(span_s, places)} ±{_whole_milliseconds(margin_s, places) if margin_s else 0}"


def _whole_milliseconds(span_s: float, places: int) -> str:
    shown = f"{span_s:,.{min(places, 3)}f}"
    return "<0.001" if span_s and not float(shown.replace(",", "")) else shown


def decimals(value: float, digits: int) -> int:
    """How many decimals show so many significant digits of a number; all digits before the point are shown anyway."""
    if not value:
        return 0
    exponent = int(f"{value:.{digits - 1}e}".partition("e")[2])  # of the rounded value: 9.996 becomes 10.0, not 10.00
    return max(0, digits - 1 - exponent)


def money(usd: float | None) -> str:
    """Dollars with cents."""
    return "-" if usd is None else f"${usd:,.2f}"


def volume(units: float) -> str:
    """Three significant digits, in millions where there are some."""
    rounded = float(f"{units:.3g}")
    return f"{rounded / 1e6:,.10g} million" if rounded >= 1e6 else f"{rounded:,.10g}"


def names(words: Sequence[str]) -> str:
    """Such as a, b and c."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
