"""The commands that make a search's runs again, from the scenario that is kept beside its document."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from reports.documents.advice import AdviceCandidate
from reports.running.keeping import LIMITERS, SCENARIO


def commands(candidates: Sequence[AdviceCandidate], seed: int) -> list[str]:
    """One for each candidate, to be run in the folder: its campaigns of the finals, or the one before them."""
    return [_command(one["name"], *_seeds(one, seed)) for one in candidates]


def _seeds(one: AdviceCandidate, seed: int) -> tuple[int, int]:
    """The first and the last one: that of the failure, if there was one."""
    last = one["failure"]["seed"] if one["failure"] is not None else seed + len(one["samples"])
    return (seed if last == seed else seed + 1), last


def _command(name: str, first: int, last: int) -> str:
    often = ["--seed", str(first), "--replications", str(last - first + 1)]
    return shlex.join(["seslab", "robust", SCENARIO, "--limiters", LIMITERS, "-s", name, *often])
