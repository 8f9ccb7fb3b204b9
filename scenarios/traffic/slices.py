"""A scenario of several accounts in parts that share nothing, each an ordinary scenario."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenarios.schema.accounts.accounts import POOL, UNNAMED, together
from scenarios.schema.faults import OF_SES, Fault
from scenarios.schema.model import Scenario
from scenarios.schema.processes import Workload
from scenarios.schema.rank import Rank
from scenarios.schema.traffic import Taken
from scenarios.traffic.division import Division
from scenarios.traffic.workload import parts

NOBODY = 255
"""Stands for the account of mail that any of a pool may send."""

Numbers = NDArray[np.int64]


class Slice(NamedTuple):
    """A part as a scenario, and the numbers that its mails have in the whole, ascending."""

    scenario: Scenario
    numbers: Numbers


def of_account(scenario: Scenario, name: str) -> Scenario:
    """What one account sends, as a scenario of that account alone.

    Its mails and their chance are those that it has in the whole. Thresholds, which are about the whole, are left out.
    """
    return _of_one(scenario, name, _division_of(scenario))


def slices_of(scenario: Scenario) -> dict[str, Scenario]:
    """Each account that has mail of its own, by name, and the pool; one account alone is called default."""
    return {UNNAMED: scenario} if not scenario.accounts else _parts_of(scenario, _division_of(scenario))


def numbered_slices_of(scenario: Scenario, seed: int) -> dict[str, Slice]:
    """The parts of `slices_of` several accounts, each with its mails' numbers."""
    division, names = _division_of(scenario), [*scenario.accounts]
    senders = _owners(scenario, seed, division)
    in_pool = np.isin(senders, [names.index(name) for name in scenario.arrangement.pooled] + [NOBODY])
    return {
        name: Slice(part, np.flatnonzero(in_pool if name == POOL else (senders == names.index(name))))
        for name, part in _parts_of(scenario, division).items()
    }


def _parts_of(scenario: Scenario, division: Division | None) -> dict[str, Scenario]:
    pooled = scenario.arrangement.pooled
    alone = {name: _of_one(scenario, name, division) for name in scenario.accounts if name not in pooled}
    sending = {name: one for name, one in alone.items() if one.workload}
    return {**sending, POOL: _of_pool(scenario, division)} if pooled else sending


def members_of(scenario: Scenario) -> dict[str, Scenario]:
    """What befalls each account of a part: its limits, its neighbours and its faults. All of them send all the mail."""
    if not scenario.accounts:
        return {UNNAMED: scenario}
    return {
        name: scenario.model_copy(
            update={
                "accounts": {},
                "account": account,
                "pool": None,
                "neighbour": tuple(_neighbours(scenario, name)),
                "fault": tuple(map(_nameless, _befalling(scenario, (name,)))),
            }
        )
        for name, account in scenario.accounts.items()
    }


def owners(scenario: Scenario, seed: int) -> NDArray[np.uint8]:
    """For each mail the account whose it is, counted in the order of the file, be it pooled or not; or `NOBODY`."""
    return _owners(scenario, seed, _division_of(scenario))


def _owners(scenario: Scenario, seed: int, division: Division | None) -> NDArray[np.uint8]:
    names, drawn, each = [*scenario.accounts], parts(scenario.workload, seed, "workload"), []
    for place, (one, mails) in enumerate(zip(scenario.workload, drawn, strict=True)):
        named = scenario.arrangement.named_by(one)
        if named is None and division is not None:
            each.append(division.numbers(place, seed))
        else:
            number = NOBODY if named is None else names.index(named)
            each.append(np.full(len(mails.intended_s), number, np.uint8))
    order = np.argsort(np.concatenate([mails.intended_s for mails in drawn]), kind="stable")
    found: NDArray[np.uint8] = np.concatenate(each)[order]
    return found


def _division_of(scenario: Scenario) -> Division | None:
    return None if scenario.split is None else Division(scenario.workload, scenario.accounts, scenario.split)


def _of_one(scenario: Scenario, name: str, division: Division | None) -> Scenario:
    tenants = {tenant: one for tenant, one in scenario.tenants.items() if one.account in (None, name)}
    return scenario.model_copy(
        update={
            "thresholds": {},
            "rank": _rank_of_all(scenario),
            "account": scenario.accounts[name],
            "accounts": {},
            "split": None,
            "pool": None,
            "tenants": {tenant: one.model_copy(update={"account": None}) for tenant, one in tenants.items()},
            "workload": _workloads(scenario, (name,), division),
            "neighbour": tuple(_neighbours(scenario, name)),
            "fault": tuple(map(_nameless, _befalling(scenario, (name,)))),
        }
    )


def _of_pool(scenario: Scenario, division: Division | None) -> Scenario:
    """The pooled accounts, with the mail that is theirs or nobody's."""
    pooled = scenario.arrangement.pooled
    if len(pooled) == len(scenario.accounts):
        return scenario
    accounts = {name: scenario.accounts[name] for name in pooled}
    return scenario.model_copy(
        update={
            "thresholds": {},
            "rank": _rank_of_all(scenario),
            "accounts": accounts,
            "account": together(accounts),
            "split": None,
            "tenants": {},
            "workload": _workloads(scenario, pooled, division),
            "neighbour": tuple(one for one in scenario.neighbour if one.account in pooled),
            "fault": tuple(_befalling(scenario, pooled)),
        }
    )


def _rank_of_all(scenario: Scenario) -> Rank | None:
    """What ranks, unless it is a figure of a part that others have."""
    return None if scenario.rank is None or scenario.rank.whose else scenario.rank


def _workloads(scenario: Scenario, names: Sequence[str], division: Division | None) -> tuple[Workload, ...]:
    """What a part has of the workloads; where nothing divides those that name no account, the pool has them."""
    taken = ((one, _taken(scenario, names, place, division)) for place, one in enumerate(scenario.workload))
    return tuple(one.as_taken(its) for one, its in taken if its is not None)


def _taken(scenario: Scenario, names: Sequence[str], place: int, division: Division | None) -> Taken | None:
    named = scenario.arrangement.named_by(scenario.workload[place])
    if named is not None:
        return Taken(place) if named in names else None
    if division is None:
        return Taken(place) if names == scenario.arrangement.pooled else None
    if not {*names} & {*division.split.named}:
        return None
    return Taken(place, partial(division.chosen, place, names))


def _neighbours(scenario: Scenario, name: str) -> Iterable[Workload]:
    for place, one in enumerate(scenario.neighbour):
        if scenario.arrangement.named_by(one) == name:
            yield one.as_taken(Taken(place))


def _befalling(scenario: Scenario, names: Iterable[str]) -> Iterable[Fault]:
    return (fault for fault in scenario.fault if getattr(fault, "account", None) in (None, *names))


def _nameless(fault: Fault) -> Fault:
    return fault.model_copy(update={"account": None}) if isinstance(fault, OF_SES) else fault
