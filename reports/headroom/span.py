"""Between which values the edge is sought: what the user names, or a quarter to four times what the scenario has."""

from __future__ import annotations

from reports.headroom.quantity import Quantity
from scenarios.errors import BadInput

AROUND = 4


def span_of(quantity: Quantity, low: float | None, high: float | None) -> tuple[float, float]:
    """Raises BadInput for an end that is none, or where no range can be told."""
    for option, end in (("--from", low), ("--to", high)):
        if end is not None and quantity.is_whole and end != int(end):
            raise BadInput(f"{option} {end:g}: {quantity.name} is a whole number")
    ends = _low(quantity) if low is None else low, _high(quantity) if high is None else high
    if ends[0] >= ends[1]:
        raise BadInput(f"--from {ends[0]:g} --to {ends[1]:g}: the first must be less than the second")
    return ends


def _low(quantity: Quantity) -> float:
    end = _present(quantity) / AROUND
    least = max(end, quantity.least or 0.0)
    return max(1, int(least)) if quantity.is_whole else float(f"{least:.3g}")


def _high(quantity: Quantity) -> float:
    end = _present(quantity) * AROUND
    return end if quantity.most is None else min(end, quantity.most)


def _present(quantity: Quantity) -> float:
    """What the range is around."""
    if not quantity.present or quantity.present < 0:
        has = "has no value here" if quantity.present is None else f"is {quantity.present:g} here"
        raise BadInput(f"--setting {quantity.name}: {has}, around which there is no range; name --from and --to")
    return quantity.present
