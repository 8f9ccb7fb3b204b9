"""A scenario of several accounts in parts that share nothing, each an ordinary scenario."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from scenarios.schema.accounts.accounts import UNNAMED, together
from scenarios.schema.faults import OF_SES, Fault
from scenarios.schema.model import Scenario
from scenarios.schema.processes import Workload
from scenarios.schema.traffic import Taken
from scenarios.traffic.division import Division

POOL = "pool"
"""What the part of the pooled accounts is called."""


def of_account(scenario: Scenario, name: str) -> Scenario:
    """What one account sends, as a scenario of that account alone.

    Its mails and their chance are those that it has in the whole. Thresholds and rank, which are about the whole, are
    left out.
    """
    return _of_one(scenario, name, _division_of(scenario))


def slices_of(scenario: Scenario) -> dict[str, Scenario]:
    """Each account that has mail of its own, by name, and the pool; one account alone is called default."""
    if not scenario.accounts:
        return {UNNAMED: scenario}
    division, pooled = _division_of(scenario), scenario.arrangement.pooled
    alone = {name: _of_one(scenario, name, division) for name in scenario.accounts if name not in pooled}
    sending = {name: one for name, one in alone.items() if one.workload}
    return {**sending, POOL: _of_pool(scenario)} if pooled else sending


def _division_of(scenario: Scenario) -> Division | None:
    return None if scenario.split is None else Division(scenario.workload, scenario.accounts, scenario.split)


def _of_one(scenario: Scenario, name: str, division: Division | None) -> Scenario:
    taken = ((one, _taken(scenario, name, place, division)) for place, one in enumerate(scenario.workload))
    tenants = {tenant: one for tenant, one in scenario.tenants.items() if one.account in (None, name)}
    return scenario.model_copy(
        update={
            "thresholds": {},
            "rank": None,
            "account": scenario.accounts[name],
            "accounts": {},
            "split": None,
            "pool": None,
            "tenants": {tenant: one.model_copy(update={"account": None}) for tenant, one in tenants.items()},
            "workload": tuple(one.as_taken(its) for one, its in taken if its is not None),
            "neighbour": tuple(_neighbours(scenario, name)),
            "fault": tuple(map(_nameless, _befalling(scenario, (name,)))),
        }
    )


def _of_pool(scenario: Scenario) -> Scenario:
    """The pooled accounts, with the mail that names none."""
    pooled = scenario.arrangement.pooled
    if len(pooled) == len(scenario.accounts):
        return scenario
    accounts = {name: scenario.accounts[name] for name in pooled}
    left = [(place, one) for place, one in enumerate(scenario.workload) if one.account == UNNAMED]
    return scenario.model_copy(
        update={
            "thresholds": {},
            "rank": None,
            "accounts": accounts,
            "account": together(accounts),
            "tenants": {},
            "workload": tuple(one.as_taken(Taken(place)) for place, one in left),
            "neighbour": tuple(one for one in scenario.neighbour if one.account in pooled),
            "fault": tuple(_befalling(scenario, pooled)),
        }
    )


def _taken(scenario: Scenario, name: str, place: int, division: Division | None) -> Taken | None:
    """What the account has of a workload, or None if that is nothing."""
    named = scenario.arrangement.named_by(scenario.workload[place])
    if named is not None:
        return Taken(place) if named == name else None
    if division is None or name not in division.split.named:
        return None
    return Taken(place, partial(division.chosen, place, name))


def _neighbours(scenario: Scenario, name: str) -> Iterable[Workload]:
    for place, one in enumerate(scenario.neighbour):
        if scenario.arrangement.named_by(one) == name:
            yield one.as_taken(Taken(place))


def _befalling(scenario: Scenario, names: Iterable[str]) -> Iterable[Fault]:
    return (fault for fault in scenario.fault if getattr(fault, "account", None) in (None, *names))


def _nameless(fault: Fault) -> Fault:
    return fault.model_copy(update={"account": None}) if isinstance(fault, OF_SES) else fault
