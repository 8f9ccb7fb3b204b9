"""What a run begins with, in whatever world it takes place."""

from __future__ import annotations

from collections.abc import Callable

from scenarios.model import Scenario
from strategies.registry import STRATEGIES
from strategies.resources import Account, Plan

Watch = Callable[[Callable[[], float]], None]
"""Is given a function that tells, at any moment and from any thread, which share of the run is done."""


def plan_of(scenario: Scenario, strategy: str) -> Plan:
    """The strategy's parts, resolved for the scenario's account."""
    account = Account(scenario.account.max_send_rate_per_s, scenario.latency.ses_send.median_s)
    plan: Plan = STRATEGIES[strategy].plan(scenario.settings_of(strategy), account)
    return plan
