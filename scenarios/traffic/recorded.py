"""Mails drawn once and sent under every seed, so that runs differ by everything but what they were asked to send."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios.schema.accounts.accounts import UNNAMED
from scenarios.schema.accounts.split import ByAttribute
from scenarios.schema.model import Scenario
from scenarios.schema.processes import Trace, Workload
from scenarios.schema.traffic import DEFAULT_LANE, Taken
from scenarios.traffic.workload import Arrivals, column_of, parts


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
    account: str = UNNAMED
    tenant: str | None = None
    attributes: Mapping[str, str] | None = None
    columns: Mapping[str, NDArray[Any]] = field(default_factory=dict)  # of a trace, by which its mails are divided
    begins_s: tuple[float, ...] = (0.0,)
    taken: Taken | None = None

    def as_taken(self, taken: Taken) -> Recorded:
        """The same as the workload of one account, which needs no name any more."""
        return replace(self, account=UNNAMED, taken=taken)

    def offsets_s(self, _rng: np.random.Generator) -> NDArray[np.float64]:
        return self.mails.intended_s

    def draw_recipients(self, _rng: np.random.Generator, _mails: int) -> NDArray[np.int32]:
        return self.mails.recipients


def recorded(scenario: Scenario) -> Scenario:
    """The scenario with the mails of its own seed for all seeds; for runs only, not for a file."""
    drawn = parts(scenario.workload, scenario.seed, "workload")
    kept = [
        _recorded(scenario, place, one, mails)
        for place, (one, mails) in enumerate(zip(scenario.workload, drawn, strict=True))
    ]
    return scenario.model_copy(update={"workload": tuple(kept)})


def _recorded(scenario: Scenario, place: int, one: Workload, mails: Arrivals) -> Recorded:
    labels = one.process, mails, one.lane, one.priority, one.strategy, one.name, one.copies
    sender = one.account, one.tenant, one.attributes
    return Recorded(*labels, *sender, _columns(scenario, place, one))


def _columns(scenario: Scenario, place: int, one: Workload) -> dict[str, NDArray[Any]]:
    """What says of a trace's mails, each by itself, which account they go through."""
    split = scenario.split
    if not (isinstance(split, ByAttribute) and isinstance(one, Trace)) or split.attribute in (one.attributes or {}):
        return {}
    return {split.attribute: column_of(one, split.attribute, scenario.seed, place)}
