"""The commands that make a search's runs again, from the scenario that is kept beside its document."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence

from reports.documents.advice import AdviceAssurance, AdviceCandidate
from reports.running.keeping import LIMITERS, SCENARIO
from strategies.presentation.words import counted


def commands(candidates: Sequence[AdviceCandidate], assurance: AdviceAssurance, seed: int) -> list[tuple[str, str]]:
    """What each makes again, and the command, to be run in the folder.

    The finals, what some met in more or fewer campaigns, each failure, the campaign before. The first and the last one
    come to the figures of the document's two blocks.
    """
    first, shared, campaigns = seed + 1, assurance["shared"], assurance["campaigns"]
    finalists = [one for one in candidates if one["finals"] is not None]
    failed = [one for one in candidates if one["failure"] is not None and one["failure"]["seed"] >= first]
    return [
        *([("the finals", _command(finalists, first, shared))] if finalists else []),
        *(
            (f"who met {counted(often, 'campaign')}", _command(_met(candidates, often), first, often))
            for often in _numbers(candidates, campaigns)
            if often != shared
        ),
        *(
            (f"the failure of {one['name']}", _command([one], first, one["failure"]["seed"] - seed))
            for one in failed
            if one["failure"] is not None
        ),
        ("everyone, in the campaign before the finals" if campaigns else "everyone", _command(candidates, seed, 1)),
    ]


def _numbers(candidates: Sequence[AdviceCandidate], campaigns: int) -> list[int]:
    """Of the campaigns that somebody met with the choice, which met so many."""
    both = {min(len(one["samples"]), campaigns) for one in candidates if one["standing"] != "failed"}
    return sorted(both - {0})


def _met(candidates: Sequence[AdviceCandidate], often: int) -> list[AdviceCandidate]:
    return [one for one in candidates if len(one["samples"]) >= often]


def _command(some: Iterable[AdviceCandidate], first: int, campaigns: int) -> str:
    names = [word for one in some for word in ("-s", one["name"])]
    often = ["--seed", str(first), "--replications", str(campaigns)]
    return shlex.join(["seslab", "robust", SCENARIO, "--limiters", LIMITERS, *names, *often])
