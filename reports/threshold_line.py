"""A threshold of a scenario's own, and what it met, on one line."""

from __future__ import annotations

from collections.abc import Sequence

from reports.units import MARKS, shown
from scenarios.schema.files import printable
from scenarios.schema.thresholds import JudgedThreshold, beside_the_value


def threshold_line(threshold: JudgedThreshold) -> str:
    """✓ or ✗, the expression, and the value that it met."""
    figure = threshold["figure"]
    value = f"{met_value(threshold)}{_band(figure, threshold['interval'])}{beside_the_value(threshold)}"
    judged = f"{MARKS[threshold['verdict']]} {printable(threshold['name'])}: {threshold['expression']}"
    return f"{judged} ({threshold['strategy']}: {value})"


def met_value(threshold: JudgedThreshold) -> str:
    """The value with its unit."""
    return "infinite" if threshold.get("infinite") else shown(threshold["figure"], threshold["value"])


def _band(figure: str, interval: Sequence[float] | None) -> str:
    return "" if interval is None else f", 95 % {shown(figure, interval[0])} to {shown(figure, interval[1])}"
