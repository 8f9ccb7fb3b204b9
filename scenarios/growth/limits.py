"""The accounts that send a part of a scenario's mail, and the part under other limits of theirs."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import ceil
from typing import Any, NamedTuple

from pydantic import ValidationError

from scenarios.aws.routing import shares_of
from scenarios.errors import BadInput
from scenarios.growth.demands import demands_of
from scenarios.schema.accounts.account import Account
from scenarios.schema.accounts.accounts import UNNAMED, together
from scenarios.schema.complaints import complaint
from scenarios.schema.model import Scenario
from scenarios.schema.thresholds import Threshold
from scenarios.traffic.slices import members_of as alone_of
from scenarios.traffic.slices import slices_of


class Member(NamedTuple):
    """One of the accounts that send a part: which share of the mail it is dealt, and which its limit must bear.

    They differ at a global endpoint: each of two Regions is dealt half, and bears all while the other is out.
    """

    name: str
    account: Account
    dealt: Fraction
    borne: Fraction


def part_of(scenario: Scenario, name: str) -> Scenario:
    """One of the scenario's parts by its name in `slices_of`, with the thresholds that concern it."""
    part = slices_of(scenario)[name]
    return part.model_copy(update={"thresholds": demands_of(scenario, name, part)}) if scenario.accounts else part


def members_of(part: Scenario) -> list[Member]:
    """The only account, or those of a pool."""
    if not part.accounts or part.pool is None:
        return [Member(UNNAMED, part.account, Fraction(1), Fraction(1))]
    rates_per_s = [one.max_send_rate_per_s for one in part.accounts.values()]
    dealt = shares_of(part.pool.routing, rates_per_s)
    borne = [Fraction(1)] * len(dealt) if part.pool.routing == "global-endpoint" else dealt
    return [Member(*one) for one in zip(part.accounts, part.accounts.values(), dealt, borne, strict=True)]


def bearing(part: Scenario) -> Scenario:
    """What must bear all mail: the part, or the smallest account of it alone, where one stands in for the others.

    What befalls one of them is why the other stands in; what must hold of one of them is not asked meanwhile.
    """
    smallest = min(members_of(part), key=lambda one: one.account.max_send_rate_per_s)
    if smallest.borne == smallest.dealt:
        return part
    return alone_of(part)[smallest.name].model_copy(
        update={
            "fault": tuple(one for one in part.fault if getattr(one, "account", None) is None),
            "thresholds": {
                name: tuple(one for one in several if not Threshold.parse(one).whose.startswith("accounts."))
                for name, several in part.thresholds.items()
            },
        }
    )


def with_rate(part: Scenario, rate_per_s: int) -> Scenario:
    """The part's mail may go so fast: each account of a pool allows what it is dealt of it, or what it does already.

    Raises BadInput.
    """
    rates = {one.name: _raised(one, rate_per_s * one.dealt) for one in members_of(part)}
    return with_limits(part, {name: {"max_send_rate_per_s": each_per_s} for name, each_per_s in rates.items()})


def rate_of(member: Member, rate_per_s: int) -> float:
    """What one account must allow, so that the part's mail may go so fast."""
    return _raised(member, rate_per_s * member.borne)


def _raised(member: Member, rate_per_s: Fraction) -> float:
    """Whole, as AWS sets limits; no account of a pool is to give back what it has."""
    least_per_s = ceil(rate_per_s)
    return least_per_s if member.name == UNNAMED else max(member.account.max_send_rate_per_s, least_per_s)


def with_limits(part: Scenario, changes: Mapping[str, Mapping[str, Any]]) -> Scenario:
    """The same with other keys of its accounts, by `members_of`'s names. Raises BadInput."""
    accounts = {one.name: _changed(one.account, changes[one.name]) for one in members_of(part)}
    if not part.accounts:
        return part.model_copy(update={"account": accounts[UNNAMED]})
    return part.model_copy(update={"accounts": accounts, "account": together(accounts)})


def _changed(account: Account, changes: Mapping[str, Any]) -> Account:
    """A burst that the file leaves open follows the rate."""
    table = {**account.model_dump(exclude_unset=True), **changes}
    try:
        return type(account).model_validate(table)
    except ValidationError as error:
        raise BadInput(f"account.{complaint(error, table)}") from error
