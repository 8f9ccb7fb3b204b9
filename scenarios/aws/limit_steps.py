"""The account's limit over time: AWS changes rate and burst as the scenario's faults say, in every world alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from scenarios.schema.faults import RateChange
from scenarios.schema.model import Scenario


class LimitStep(NamedTuple):
    """What holds from an instant on: recipients a second, and how many a bucket holds."""

    at_s: float
    rate_per_s: float
    burst: int


def limit_steps(scenario: Scenario) -> list[LimitStep]:
    """Ascending from second 0; where rate changes overlap, the last one in the file holds."""
    changes = limit_changes(scenario)
    return changes if changes and changes[0].at_s == 0.0 else [_declared(scenario, 0.0), *changes]


def limit_changes(scenario: Scenario) -> list[LimitStep]:
    """Of these the instants at which a rate change begins or ends."""
    faults = [fault for fault in scenario.fault if isinstance(fault, RateChange)]
    edges = {edge for fault in faults for edge in (fault.start_s, fault.end_s)}
    return [_in_force(scenario, faults, edge) for edge in sorted(edges)]


def rate_steps(scenario: Scenario) -> list[tuple[float, float]]:
    """`(at_s, rate_per_s)` of each step."""
    return [(step.at_s, step.rate_per_s) for step in limit_steps(scenario)]


def _declared(scenario: Scenario, at_s: float) -> LimitStep:
    account = scenario.account
    return LimitStep(at_s, account.max_send_rate_per_s, account.limiter.burst)


def _in_force(scenario: Scenario, faults: Sequence[RateChange], at_s: float) -> LimitStep:
    step = _declared(scenario, at_s)
    for fault in faults:
        if fault.start_s <= at_s < fault.end_s:
            step = LimitStep(at_s, fault.max_send_rate_per_s, fault.burst or scenario.account.limiter.burst)
    return step
