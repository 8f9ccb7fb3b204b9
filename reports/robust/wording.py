"""The words of a conclusion: who, what, and under which hypotheses."""

from __future__ import annotations

from collections.abc import Sequence

from reports.robust.claims import Question
from strategies.presentation.words import share

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


def names(words: Sequence[str]) -> str:
    """Such as a, b and c."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def under_all(hypotheses: Sequence[str]) -> str:
    """The only one by its name."""
    return f"under all {len(hypotheses)}" if len(hypotheses) > 1 else f"under {hypotheses[0]}"


def percent(part: float) -> str:
    """A share with two digits, rounded down above them: less than everything never reads as 100 %."""
    return share(part, 1) if part >= 0.1 else f"{100 * part:.2g} %"


def between(least: float, most: float) -> str:
    """Two shares, or one where they read alike."""
    return percent(most) if percent(least) == percent(most) else f"{percent(least)} to {percent(most)}"
