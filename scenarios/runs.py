"""What a run begins with, in whatever world it takes place."""

from __future__ import annotations

from collections.abc import Callable

from scenarios.schema.model import Scenario
from strategies.registry import STRATEGIES
from strategies.resources import Account, Plan

SATURATED_S = 0.05
"""A harness whose event loop wakes so late delays every call: its run tells of the machine, not of the strategy."""

Watch = Callable[[Callable[[], float]], None]
"""Is given a function that tells, at any moment and from any thread, which share of the run is done."""


def account_of(scenario: Scenario) -> Account:
    """What a strategy may know of the scenario's account."""
    return Account(scenario.account.max_send_rate_per_s, scenario.latency.ses_send.median_s)


def plan_of(scenario: Scenario, strategy: str) -> Plan:
    """The strategy's parts, resolved for the scenario's account."""
    plan: Plan = STRATEGIES[strategy].plan(scenario.settings_of(strategy), account_of(scenario))
    return plan
