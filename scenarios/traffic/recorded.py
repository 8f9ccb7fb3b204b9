"""Mails drawn once and sent under every seed, so that runs differ by everything but what they were asked to send."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.schema.model import Scenario
from scenarios.schema.traffic import DEFAULT_LANE, Taken
from scenarios.traffic.workload import Arrivals, parts


@dataclass(frozen=True)
class Recorded:
    """Stands for a workload of that process, whose mails it gives again instead of drawing new ones."""

    process: str
    mails: Arrivals
    lane: str = DEFAULT_LANE
    priority: int = 0
    strategy: str | None = None
    name: str | None = None
    copies: int = 0
    begins_s: tuple[float, ...] = (0.0,)
    taken: Taken | None = None

    def offsets_s(self, _rng: np.random.Generator) -> NDArray[np.float64]:
        return self.mails.intended_s

    def draw_recipients(self, _rng: np.random.Generator, _mails: int) -> NDArray[np.int32]:
        return self.mails.recipients


def recorded(scenario: Scenario) -> Scenario:
    """The scenario with the mails of its own seed for all seeds; for runs only, not for a file."""
    drawn = parts(scenario.workload, scenario.seed, "workload")
    kept = [
        Recorded(one.process, mails, one.lane, one.priority, one.strategy, one.name, one.copies)
        for one, mails in zip(scenario.workload, drawn, strict=True)
    ]
    return scenario.model_copy(update={"workload": tuple(kept)})
