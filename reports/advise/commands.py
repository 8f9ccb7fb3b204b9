"""The commands that make a search's runs again, from the scenario that is kept beside its document."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from reports.documents.advice import AdviceCandidate
from reports.running.keeping import LIMITERS, SCENARIO


def commands(candidates: Sequence[AdviceCandidate], campaigns: int, seed: int) -> list[str]:
    """One for each candidate, under all limiters, in the campaigns of the finals; to be run in the folder."""
    often = ["--seed", str(seed + 1), "--replications", str(campaigns)]
    return [
        shlex.join(["seslab", "robust", SCENARIO, "--limiters", LIMITERS, "-s", one["name"], *often])
        for one in candidates
    ]
