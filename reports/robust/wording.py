"""The words of a conclusion: who, what, and under which hypotheses."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from reports.robust.claims import Question
from reports.statistics.campaigns import campaigns_share
from reports.words import decimals
from strategies.presentation.words import counted, share

_PREDICATES = {
    "loss": (("loses nothing", "lose nothing"), ("loses mail", "lose mail")),
    "pending": (("leaves nothing unsent", "leave nothing unsent"), ("leaves mail unsent", "leave mail unsent")),
    "all thresholds": (
        ("meets all thresholds", "meet all thresholds"),
        ("does not meet all thresholds", "do not meet all thresholds"),
    ),
}


def predicate(question: Question, is_so: bool, many: bool) -> str:
    """What one contender does, or several."""
    if question.about == "threshold":
        return f"{_verb('meet' if is_so else 'fail', many)} {question.name} ({question.expression})"
    return _PREDICATES[question.about][not is_so][many]


def _verb(stem: str, many: bool) -> str:
    return stem if many else f"{stem}s"


def under_all(hypotheses: Sequence[str]) -> str:
    """The only one by its name."""
    return f"under all {len(hypotheses)}" if len(hypotheses) > 1 else f"under {hypotheses[0]}"


def percent(part: float) -> str:
    """A share with two digits, rounded down above them: less than everything never reads as 100 %."""
    return share(part, 1) if part >= 0.1 else f"{100 * part:.2g} %"


def missing(part: float) -> str:
    """A share that was lost, rounded up: no loss reads smaller than it is, and none but that of all as 100 %."""
    percents = 100 * part
    if percents > 99:
        return percent(part)
    scale = 10.0 ** decimals(percents, 2)
    return f"{math.ceil(percents * scale - 1e-9) / scale:g} %"


def between(shares: Callable[[float], str], least: float, most: float) -> str:
    """Two shares, or one where they read alike."""
    return shares(most) if shares(least) == shares(most) else f"{shares(least)} to {shares(most)}"


def how_sure(replications: int) -> str:
    """What so many campaigns under a limiter tell of all others."""
    least = percent(campaigns_share(replications))
    campaigns = counted(replications, "campaign")
    return f"what held in {campaigns} does, with 95 % confidence, in at least {least} of campaigns such as these"
