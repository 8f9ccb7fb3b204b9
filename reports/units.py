"""Any figure of the comparison document as a reader wants it: by its name, with its unit."""

from __future__ import annotations

MARKS = {"pass": "✓", "improved": "✓", "fail": "✗", "inconclusive": "?"}
"""A verdict in one character, told apart without colour."""


def shown(figure: str, value: float | None) -> str:
    """The value with its unit; exact enough to see a small difference."""
    if value is None:
        return "-"
    return f"{_number(value)}{unit_of(figure)}"


def change(figure: str, base: float | None, difference: float | None) -> str:
    """A difference with its sign, and its share of the base where that says something."""
    if difference is None:
        return "-"
    share = f" ({100 * difference / base:+,.3g} %)" if base else ""
    return f"{difference:+,.3g}{unit_of(figure)}{share}"


def between(figure: str, interval: tuple[float, float] | list[float] | None) -> str:
    """An interval of a difference."""
    return "-" if interval is None else f"{interval[0]:+,.3g} to {interval[1]:+,.3g}{unit_of(figure)}"


def unit_of(figure: str) -> str:
    """With a space before it; nothing for counts and shares."""
    if figure.startswith(("latency_s.", "call_s.")) or ".latency_s." in figure or figure.endswith("span_s"):
        return " s"
    if figure.endswith("_per_s"):
        return "/s"
    return " USD" if figure.endswith("_usd") else ""


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.6g}"
