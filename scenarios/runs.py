"""What a run begins with, in whatever world it takes place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from scenarios.aws.plan_limits import refuse_beyond
from scenarios.errors import BadInput, Interrupted, RunFailed
from scenarios.outside.blame import told
from scenarios.outside.checked_ports import checked
from scenarios.outside.coherence import refuse_incoherent
from scenarios.outside.plug import bundle_of
from scenarios.schema.model import Scenario
from strategies.raised import Raised
from strategies.registry import STRATEGIES
from strategies.resources import Account, Plan

SATURATED_S = 0.05
"""A harness whose event loop wakes so late delays every call: its run tells of the machine, not of the strategy."""

Watch = Callable[[Callable[[], float]], None]
"""Is given a function that tells, at any moment and from any thread, which share of the run is done."""


def account_of(scenario: Scenario) -> Account:
    """What a strategy may know of the scenario's account."""
    return Account(scenario.account.max_send_rate_per_s, scenario.latency.ses_send.median_s, scenario.lanes)


def plan_of(scenario: Scenario, strategy: str) -> Plan:
    """The strategy's parts, resolved for the scenario's account. Raises BadInput and RunFailed."""
    return planned(strategy, scenario.settings_of(strategy), account_of(scenario))


def planned(strategy: str, settings: Any, account: Account) -> Plan:
    """The strategy's parts, resolved for an account. Raises BadInput and RunFailed."""
    with blaming(strategy):
        plan: Plan = STRATEGIES[strategy].plan(settings, account)
    if (bundle := bundle_of(strategy)) is not None:
        refuse_incoherent(plan, STRATEGIES[strategy].Settings, bundle.reference)
        refuse_beyond(plan, f"{bundle.reference}: ")
        return checked(plan)
    return plan


@contextmanager
def blaming(strategy: str) -> Iterator[None]:
    """What goes wrong in here is laid at the door of a strategy from outside. Raises RunFailed in one line."""
    bundle = bundle_of(strategy)
    try:
        yield
    except (BadInput, RunFailed, Interrupted, MemoryError, KeyboardInterrupt):
        raise
    except BaseException as error:
        if bundle is None:
            raise
        raise RunFailed(told(bundle, Raised.of(error))) from error
