"""The account's limit over time: AWS changes rate and burst as the scenario's faults say, in every world alike."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from scenarios.schema.accounts.account import Account
from scenarios.schema.accounts.accounts import UNNAMED
from scenarios.schema.faults import RateChange
from scenarios.schema.model import Scenario


class LimitStep(NamedTuple):
    """What holds from an instant on: recipients a second, and how many a bucket holds."""

    at_s: float
    rate_per_s: float
    burst: int


def limit_steps(scenario: Scenario) -> list[LimitStep]:
    """Ascending from second 0; of overlapping rate changes the last in the file holds. Of several accounts the sum."""
    changes = limit_changes(scenario)
    return changes if changes and changes[0].at_s == 0.0 else [_in_force(scenario, 0.0), *changes]


def limit_changes(scenario: Scenario) -> list[LimitStep]:
    """Of these the instants at which a rate change begins or ends."""
    faults = [fault for fault in scenario.fault if isinstance(fault, RateChange)]
    edges = {edge for fault in faults for edge in (fault.start_s, fault.end_s)}
    return [_in_force(scenario, edge) for edge in sorted(edges)]


def rate_steps(scenario: Scenario) -> list[tuple[float, float]]:
    """`(at_s, rate_per_s)` of each step."""
    return [(step.at_s, step.rate_per_s) for step in limit_steps(scenario)]


def _in_force(scenario: Scenario, at_s: float) -> LimitStep:
    """What holds without the changes that are not in force, and what each in force makes of its accounts' shares."""
    rates_per_s, burst = [], scenario.account.limiter.burst
    accounts: Mapping[str, Account] = scenario.accounts or {UNNAMED: scenario.account}
    for name, account in accounts.items():
        fault = _last_of(scenario, name, at_s)
        rates_per_s.append(account.max_send_rate_per_s if fault is None else fault.max_send_rate_per_s)
        if fault is not None and fault.burst is not None:
            burst += fault.burst - account.limiter.burst
    return LimitStep(at_s, math.fsum(rates_per_s), burst)


def _last_of(scenario: Scenario, account: str, at_s: float) -> RateChange | None:
    """The rate change that holds for an account."""
    found = [
        fault
        for fault in scenario.fault
        if isinstance(fault, RateChange) and fault.account in (None, account) and fault.start_s <= at_s < fault.end_s
    ]
    return found[-1] if found else None
