"""Hypotheses by what is answered under them, and how much of the user's belief stands for an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reports.robust.claims import Answer
from reports.robust.wording import percent

Beliefs = Mapping[str, float | None]
"""The hypotheses by name, in their order, each with its weight; None where no weights are told."""


def split_by(answers: Sequence[Answer], hypotheses: Sequence[str]) -> dict[Answer, list[str]]:
    """The hypotheses by what is answered under them."""
    pairs = list(zip(hypotheses, answers, strict=True))
    return {asked: [name for name, answer in pairs if answer is asked] for asked in (True, False, None)}


def belief_in(holds: Sequence[str], beliefs: Beliefs) -> float | None:
    weights = [weight for weight in beliefs.values() if weight is not None]
    return sum(beliefs[name] or 0.0 for name in holds) / sum(weights) if weights else None


def in_belief(belief: float | None) -> str:
    return "" if belief is None else f"; holds in {percent(belief)} of belief"
