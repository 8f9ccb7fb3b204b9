"""Whether addresses of one's own are worth it: what they cost, and whether there is mail enough to keep them known."""

from __future__ import annotations

from typing import NamedTuple

from scenarios.measures.cost import Prices
from scenarios.measures.month import A_DAY_HOURS, HOURS
from scenarios.measures.tiers import prices_of
from scenarios.schema.delivery.dedicated_ips import DedicatedIps
from scenarios.schema.delivery.delivery import Delivery
from scenarios.schema.delivery.provider import Provider
from scenarios.schema.model import Scenario
from scenarios.schema.prices import DEDICATED_IPS
from scenarios.warmup.demand import Demand

NEEDED_PER_DAY = 1000
"""Recipients at a provider through one address that keep it known there: SES Developer Guide, dedicated-ip-warming."""
DAYS_OF_A_MONTH = HOURS / A_DAY_HOURS


class Remembered(NamedTuple):
    """One provider: recipients a day that an address brings a domain of its, and of how many in all that is enough."""

    provider: str
    share: float
    per_day_each: float
    enough_from_per_day: float

    @property
    def is_enough(self) -> bool:
        """Whether the provider will remember the addresses."""
        return self.per_day_each >= NEEDED_PER_DAY


def remembered(ips: DedicatedIps, delivery: Delivery, demand: Demand) -> list[Remembered]:
    """Every provider, the largest first."""
    providers = sorted(delivery.providers.items(), key=lambda one: -one[1].share)
    return [_remembered(name, one, ips.number, demand.per_day) for name, one in providers]


def _remembered(name: str, provider: Provider, addresses: int, per_day: float) -> Remembered:
    """Each domain of a provider remembers for itself."""
    of_domain = provider.share / provider.domains / addresses
    return Remembered(name, provider.share, per_day * of_domain, NEEDED_PER_DAY / of_domain)


class Dollars(NamedTuple):
    """Of the addresses by the month, of them per 1,000 recipients, and of SES for these 1,000; None where not known."""

    per_month: float | None
    per_thousand: float | None
    mail_per_thousand: float


def dollars(scenario: Scenario, ips: DedicatedIps, demand: Demand, prices: Prices) -> Dollars:
    """By the scenario's prices where it has some. The price file has none of managed addresses."""
    monthly = demand.per_day * DAYS_OF_A_MONTH
    runs = scenario.bill.runs_per_month if scenario.bill else 1
    own = prices_of(scenario, prices, monthly / runs)
    per_month = ips.usd_per_month
    if per_month is None and ips.kind == "standard":
        per_month = ips.number * own.by_kind[DEDICATED_IPS].usd_per_unit
    each = None if per_month is None or not monthly else 1000 * per_month / monthly
    return Dollars(per_month, each, 1000 * own.by_kind["ses_recipients"].usd_per_unit)
