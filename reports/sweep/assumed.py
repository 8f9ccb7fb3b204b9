"""The dimensions of a sensitivity analysis: what the models assume, as far as the scenario has it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from reports.sweep.dimensions import Dimension, Span
from reports.sweep.points import Limiters, scenarios_of
from scenarios.errors import BadInput
from scenarios.formats.dotted import found
from scenarios.hypotheses.assumptions import Assumption, assumptions
from scenarios.schema.model import Scenario


def assumed(scenario: Scenario, contenders: Sequence[str], limiters: Limiters) -> tuple[list[Dimension], list[str]]:
    """Those that the scenario can have at both ends of their range, and the keys of those that are left out."""
    known, left_out = [], []
    tables = scenario.model_dump(by_alias=True)
    for one in (one for one in assumptions() if not one.of or _has(tables, one.of)):
        dimension = _dimension(scenario, tables, one)
        if dimension is not None and _is_possible(scenario, contenders, dimension, limiters):
            known.append(dimension)
        else:
            left_out.append(one.key)
    return known, left_out


def _has(tables: dict[str, Any], name: str) -> bool:
    return found(tables, name, "--sensitivity")[1] is not None


def _dimension(scenario: Scenario, tables: dict[str, Any], one: Assumption) -> Dimension | None:
    try:
        place, present = found(tables, one.key, "--sensitivity")
    except BadInput:
        return None
    is_whole = isinstance(present, int)
    return Dimension(one.key, place, (), Span(*one.span(scenario.account.max_send_rate_per_s)), is_whole)


def _is_possible(scenario: Scenario, contenders: Sequence[str], one: Dimension, limiters: Limiters) -> bool:
    assert one.span is not None
    try:
        list(scenarios_of(scenario, contenders, [one], [(end,) for end in _ends(one)], limiters))
    except BadInput:
        return False
    return True


def _ends(one: Dimension) -> Iterator[float]:
    for end in one.span or ():
        yield int(end) if one.is_whole else end
