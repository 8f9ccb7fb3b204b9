"""Makes the document of a plan."""

from __future__ import annotations

from collections.abc import Sequence

from reports.documents.warmup import (
    SCHEMA,
    AddressesTable,
    CostFigures,
    DayFigures,
    ProviderFigures,
    WarmupDocument,
)
from scenarios.schema.delivery.dedicated_ips import DedicatedIps
from scenarios.schema.model import Scenario
from scenarios.warmup.demand import Demand
from scenarios.warmup.keeping_warm import DAYS_OF_A_MONTH, Dollars, Remembered
from scenarios.warmup.plan import Day
from scenarios.warmup.reception import Received


def document(
    scenario: Scenario,
    ips: DedicatedIps,
    demand: Demand,
    days: Sequence[Day],
    reception: Sequence[Received],
    usd: Dollars,
    providers: Sequence[Remembered],
) -> WarmupDocument:
    """Plain data; `reception` is empty where nothing is modelled of it."""
    figures = [_day(day, ips) for day in days]
    for one, met in zip(figures, reception, strict=False):
        one["reception"] = {"deferred": met.deferred, "expired": met.expired, "bounced": met.bounced}
    quota = scenario.account.max_24h_send
    return {
        "schema": SCHEMA,
        "scenario": scenario.name,
        "seed": scenario.seed,
        "from_date": days[0].on.isoformat(),
        "repeats_days": demand.days,
        "addresses": _addresses(ips),
        "days": figures,
        "done_on": days[-1].on.isoformat(),
        "total": {
            "due": sum(day.due for day in days),
            "dedicated": sum(day.dedicated for day in days),
            "shared": sum(day.shared for day in days),
            "most_held": max(day.held for day in days),
        },
        "over_quota": [day.on.isoformat() for day in days if 0 <= quota < day.dedicated + day.shared],
        "cost": _cost(usd, len(days)),
        "providers": [_provider(one) for one in providers],
    }


def _addresses(ips: DedicatedIps) -> AddressesTable:
    ramp = ips.followed
    return {
        "number": ips.number,
        "kind": ips.kind,
        "overflow": ips.overflow,
        "ramp": {"per": ramp.per, "step_days": ramp.step_days, "most": list(ramp.most)},
    }


def _day(day: Day, ips: DedicatedIps) -> DayFigures:
    return {
        "date": day.on.isoformat(),
        "most": day.most,
        "due": day.due,
        "addresses": day.through(ips.number),
        "shared": day.shared,
        "held": day.held,
    }


def _cost(usd: Dollars, days: int) -> CostFigures:
    return {
        "usd_per_month": usd.per_month,
        "usd_of_plan": None if usd.per_month is None else usd.per_month * days / DAYS_OF_A_MONTH,
        "usd_per_thousand": usd.per_thousand,
        "mail_usd_per_thousand": usd.mail_per_thousand,
    }


def _provider(one: Remembered) -> ProviderFigures:
    return {
        "provider": one.provider,
        "share": one.share,
        "per_day_each": one.per_day_each,
        "enough_from_per_day": one.enough_from_per_day,
        "is_enough": one.is_enough,
    }
