"""The commands that make a search's runs again, from the scenario that is kept beside its document."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence

from reports.documents.advice import AdviceAssurance, AdviceCandidate
from reports.running.keeping import LIMITERS, SCENARIO


def commands(candidates: Sequence[AdviceCandidate], assurance: AdviceAssurance, seed: int) -> list[str]:
    """To be run in the folder: the finals, what the choice alone met after them, each failure, the campaign before.

    The first and the last one come to the figures of the document's two blocks.
    """
    first, shared, campaigns = seed + 1, assurance["shared"], assurance["campaigns"]
    finalists = [one for one in candidates if one["finals"] is not None]
    failed = [one for one in candidates if one["failure"] is not None and one["failure"]["seed"] >= first]
    return [
        *([_command(finalists, first, shared)] if finalists else []),
        *([_command(candidates[:1], first, campaigns)] if campaigns > shared else []),
        *(_command([one], first, one["failure"]["seed"] - seed) for one in failed if one["failure"] is not None),
        _command(candidates, seed, 1),
    ]


def _command(some: Iterable[AdviceCandidate], first: int, campaigns: int) -> str:
    names = [word for one in some for word in ("-s", one["name"])]
    often = ["--seed", str(first), "--replications", str(campaigns)]
    return shlex.join(["seslab", "robust", SCENARIO, "--limiters", LIMITERS, *names, *often])
