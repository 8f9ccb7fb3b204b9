"""Candidates beside each other: finalists in the campaigns that all of them met, and everyone in the one before."""

from __future__ import annotations

from collections.abc import Iterator

from reports.documents.advice import AdviceDocument
from reports.figures.front import Panel


def panels(advice: AdviceDocument) -> list[Panel]:
    """Figures of different campaigns are in different ones: what luck one of them had is no difference."""
    return list(_panels(advice))


def _panels(advice: AdviceDocument) -> Iterator[Panel]:
    candidates, before = advice["candidates"], f"one campaign, seed {advice['seed']}"
    finals = [(one, one["finals"]) for one in candidates if one["finals"] is not None]
    if finals:
        yield Panel(_finals(advice["assurance"]["shared"], advice["seed"] + 1), finals)
        before = f"before the finals: {before}"
    yield Panel(before, [(one, one["before"]) for one in candidates])


def _finals(shared: int, first: int) -> str:
    if shared == 1:
        return f"finals: one campaign, seed {first}"
    return f"finals: means of {shared} campaigns, seeds {first} to {first + shared - 1}"
