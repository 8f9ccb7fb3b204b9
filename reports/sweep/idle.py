"""Refuses to vary what nothing depends on: all rows would be the same under names that say otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise
from typing import Any

from reports.running.store.identity import alone
from reports.sweep.dimensions import Dimension, Value
from reports.sweep.points import Limiters, scenarios_of
from scenarios.errors import BadInput
from scenarios.formats.quoted import printable
from scenarios.schema.model import Scenario

_OWN = {"seed": "--seed sets the first seed, and --replications how many there are"}


def refuse_idle(
    scenario: Scenario, contenders: Sequence[str], dimensions: Sequence[Dimension], limiters: Limiters
) -> None:
    """Raises BadInput for the seed, and for a dimension whose values all make the same runs of all contenders."""
    for one in dimensions:
        if one.name in _OWN:
            raise BadInput(f"--vary {one.name}: {_OWN[one.name]}")
        if _is_idle(scenario, contenders, one, limiters):
            raise BadInput(f"--vary {printable(one.name)}: no run of these strategies depends on it")


def _is_idle(scenario: Scenario, contenders: Sequence[str], one: Dimension, limiters: Limiters) -> bool:
    """What is not possible without the other dimensions is taken to matter."""
    with suppress(BadInput):
        points = scenarios_of(scenario, contenders, [one], [(value,) for value in _two(one)], limiters)
        of = [[_matters(point.scenario, contender) for contender in contenders] for point in points]
        return any(before == after for before, after in pairwise(of))
    return False


def _two(one: Dimension) -> Sequence[Value]:
    """Different ones, if it has them."""
    if one.values:
        return (one.values[0], one.values[-1])[: len(one.values)]
    return tuple(int(end) if one.is_whole else end for end in one.span or ())


def _matters(scenario: Scenario, contender: str) -> Any:
    """What a run depends on, and what is demanded of it."""
    return alone(scenario, contender), scenario.thresholds
