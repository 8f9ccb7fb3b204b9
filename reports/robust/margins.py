"""How near those that meet a threshold under every hypothesis come to its limit."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from reports.documents.robustness import RobustContender
from reports.robust.claims import Claim
from reports.units import shown
from scenarios.schema.thresholds import JudgedThreshold, Threshold

_WORST: dict[str, Callable[[Iterable[float]], float]] = {"<": max, "<=": max, ">": min, ">=": min}
"""By the sign of the threshold; of what must be some value, or must not, none is nearer."""


def worst_met(claim: Claim) -> dict[str, float]:
    """Of each contender its worst mean under any hypothesis, where all are met."""
    expression = claim.question.expression
    if expression is None or not all(claim.answers):
        return {}
    worst = _WORST.get(Threshold.parse(expression).sign)
    return {f"{one['contender']}.worst": worst(_values(one, claim)) for one in claim.contenders} if worst else {}


def at_worst(claim: Claim) -> str:
    """The same in words."""
    known = worst_met(claim)
    if not known or claim.question.expression is None:
        return ""
    figure = Threshold.parse(claim.question.expression).figure
    values = [shown(figure, value) for value in known.values()]
    named = [f"{one['contender']} {value}" for one, value in zip(claim.contenders, values, strict=True)]
    return f" (at worst: {', '.join(named) if len(named) > 1 else values[0]})"


def _values(one: RobustContender, claim: Claim) -> list[float]:
    asked = claim.question.name, claim.question.expression
    met: list[JudgedThreshold] = [met for cell in one["cells"] for met in cell["thresholds"]]
    return [each["value"] for each in met if (each["name"], each["expression"]) == asked and each["value"] is not None]
