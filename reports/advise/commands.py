"""The commands that make a search's runs again, from the scenario that is kept beside its document."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from reports.documents.advice import AdviceCandidate
from reports.running.keeping import LIMITERS, SCENARIO


def commands(candidates: Sequence[AdviceCandidate], seed: int) -> list[str]:
    """One for each candidate, to be run in the folder: its campaigns of the finals, or the one before them."""
    return [_command(one["name"], seed + bool(one["samples"]), max(1, len(one["samples"]))) for one in candidates]


def _command(name: str, seed: int, campaigns: int) -> str:
    often = ["--seed", str(seed), "--replications", str(campaigns)]
    return shlex.join(["seslab", "robust", SCENARIO, "--limiters", LIMITERS, "-s", name, *often])
