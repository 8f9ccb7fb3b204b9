"""Candidates: a contender with some of its settings changed, drawn all over what is possible, or near a good one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from reports.advise.dimensions import Dimension
from scenarios.errors import BadInput, RunFailed
from scenarios.runs import plan_of
from scenarios.schema.model import Scenario

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A contender, and those of its settings that differ from what the scenario has."""

    contender: str
    changes: tuple[tuple[str, Any], ...] = ()

    def world(self, scenario: Scenario) -> Scenario:
        """The scenario in which the contender has them."""
        return scenario.with_settings(self.contender, dict(self.changes)) if self.changes else scenario

    def without(self, name: str) -> Candidate:
        """One of the changes undone."""
        return Candidate(self.contender, tuple(one for one in self.changes if one[0] != name))


def candidate(scenario: Scenario, contender: str, values: Values) -> Candidate:
    """With these settings; those that are as in the scenario are no change."""
    own = scenario.settings_of(contender)
    return Candidate(contender, tuple((name, value) for name, value in values.items() if getattr(own, name) != value))


def is_possible(scenario: Scenario, one: Candidate) -> bool:
    """Whether the settings suit each other and the account: each may be right and all together wrong."""
    try:
        plan_of(one.world(scenario), one.contender)
    except (BadInput, RunFailed, ValueError):
        return False
    return True


def spread(
    scenario: Scenario, contender: str, within: Sequence[Dimension], number: int, generator: np.random.Generator
) -> Iterator[Candidate]:
    """Latin hypercube: of each setting every part of its range is tried once (McKay, Beckman and Conover, 1979)."""
    from scipy.stats.qmc import LatinHypercube  # slow to import

    if within:
        for row in LatinHypercube(len(within), rng=generator).random(number):
            values = {one.name: one.at(share) for one, share in zip(within, row, strict=True)}
            yield candidate(scenario, contender, values)


def near(
    scenario: Scenario, good: Candidate, within: Sequence[Dimension], width: float, generator: np.random.Generator
) -> Candidate:
    """One near a good one: each setting moves by at most half the width of its range."""
    own, changes = scenario.settings_of(good.contender), dict(good.changes)
    now = {one.name: changes.get(one.name, getattr(own, one.name)) for one in within}
    shares = generator.random(len(within))
    values = {one.name: one.near(now[one.name], width, share) for one, share in zip(within, shares, strict=True)}
    return candidate(scenario, good.contender, values)
