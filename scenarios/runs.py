"""What a run begins with, in whatever world it takes place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from scenarios.aws.plan_limits import refuse_beyond
from scenarios.errors import BadInput, Interrupted, RunFailed
from scenarios.outside.blame import told
from scenarios.outside.checked_ports import checked
from scenarios.outside.coherence import refuse_incoherent
from scenarios.outside.plug import bundle_of
from scenarios.schema.labels import lanes_on, ways_of
from scenarios.schema.model import Scenario
from strategies.mixture import mixed
from strategies.raised import Raised
from strategies.registry import STRATEGIES
from strategies.resources import Account, Plan, Way
from strategies.settings import WrongSetting, shared_out

SATURATED_S = 0.05
"""A harness whose event loop wakes so late delays every call: its run tells of the machine, not of the strategy."""

Watch = Callable[[Callable[[], float]], None]
"""Is given a function that tells, at any moment and from any thread, which share of the run is done."""


def account_of(scenario: Scenario, way: str | None = None, shares: int = 1) -> Account:
    """What one of so many shares of a strategy may know of the scenario's account.

    `way` is the strategy of workloads that name theirs; otherwise it is the contender.
    """
    rate_per_s = scenario.account.max_send_rate_per_s / shares
    return Account(rate_per_s, scenario.latency.ses_send.median_s, lanes_on(way, scenario.workload))


def plan_of(scenario: Scenario, contender: str, shares: int = 1) -> Plan:
    """The contender's parts, and those of other ways, resolved for a share of the scenario's account.

    Raises BadInput and RunFailed.
    """
    own = _resolved(scenario, contender, account_of(scenario, None, shares), shares)
    accounts = {way: account_of(scenario, way, shares) for way in ways_of(scenario.workload)}
    ways = [Way(way, account, _resolved(scenario, way, account, shares)) for way, account in accounts.items()]
    return mixed(own, ways) if ways else own


def _resolved(scenario: Scenario, contender: str, account: Account, shares: int) -> Plan:
    settings = shared_out(scenario.settings_of(contender), shares)
    try:
        return planned(scenario.strategy_of(contender), settings, account)
    except WrongSetting as error:
        raise BadInput(f"{contender}: {error}") from error


def planned(strategy: str, settings: Any, account: Account) -> Plan:
    """The strategy's parts, resolved for an account. Raises WrongSetting, BadInput and RunFailed."""
    with blaming(strategy):
        plan: Plan = STRATEGIES[strategy].plan(settings, account)
    if (bundle := bundle_of(strategy)) is not None:
        refuse_incoherent(plan, STRATEGIES[strategy].Settings, bundle.reference)
        refuse_beyond(plan, f"{bundle.reference}: ")
        plan = checked(plan)
    return replace(plan, strategy=strategy)


@contextmanager
def blaming(strategy: str) -> Iterator[None]:
    """What goes wrong in here is laid at the door of a strategy from outside. Raises RunFailed in one line."""
    bundle = bundle_of(strategy)
    try:
        yield
    except (BadInput, WrongSetting, RunFailed, Interrupted, MemoryError, KeyboardInterrupt):
        raise
    except BaseException as error:
        if bundle is None:
            raise
        raise RunFailed(told(bundle, Raised.of(error))) from error
