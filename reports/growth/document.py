"""Makes the document of a plan: month by month under the present limit, and what to ask for."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

from reports.documents.headroom import HeadroomFailure
from reports.documents.plan import (
    SCHEMA,
    AskTable,
    LimitTable,
    MemberTable,
    MonthTable,
    PlanDocument,
    UnmetTable,
)
from reports.growth.months import Rate, Tried, first_unmet, fits, grown, least_rate, rates_of
from reports.growth.request import missing, of_region
from reports.headroom.attempts import Search
from reports.headroom.document import failure_of
from scenarios.errors import BadInput
from scenarios.growth.growth import Growth
from scenarios.growth.limits import Member, bearing, members_of, rate_of
from scenarios.growth.volume import most_in_a_day
from scenarios.schema.accounts.account import Account
from scenarios.schema.accounts.accounts import UNNAMED, NamedAccount
from scenarios.schema.model import Scenario
from scenarios.traffic.workload import arrivals

Dollars = Callable[[float], float | None]
"""Of a month with so many times the mail."""


class Load(NamedTuple):
    """Most recipients within 24 hours, of a pool those of each of its accounts besides; whether any fall due at all."""

    most_24h: int
    of_members: Sequence[int]
    is_any: bool

    def fits(self, members: Sequence[Member]) -> bool:
        """Whether each quota allows what its account is dealt."""
        return all(fits(one.account, most) for one, most in zip(members, self.of_members, strict=True))


def planned(growth: Growth, part: Scenario, tried: Tried, usd: Dollars) -> PlanDocument:
    """Of a scenario, or of one part of it, as `part` has it in the first month.

    Raises BadInput where a volume cannot be, Broken where Ctrl-C ends a run, and RunFailed.
    """
    search, factors, members = tried.search, growth.factors, members_of(part)
    loads = _loads(growth, search, members)

    def is_unmet(factor: float) -> bool:
        load = loads[factor]
        return not load.fits(members) or (load.is_any and tried.failure(factor) is not None)

    unmet = first_unmet(factors, is_unmet)
    months: list[MonthTable] = [
        {
            "month": growth.month(number),
            "volume": factor,
            "most_24h": loads[factor].most_24h,
            "fits_quota": loads[factor].fits(members),
            "meets": factor < unmet,
            "usd": usd(factor),
        }
        for number, factor in enumerate(factors)
    ]
    first = next((number for number, month in enumerate(months) if not month["meets"]), None)
    ask, at_most = (None, None) if first is None else _asked(growth, part, tried, first)
    plan: PlanDocument = {
        "schema": SCHEMA,
        "scenario": search.scenario.name,
        "contender": search.contender,
        "seed": search.scenario.seed,
        "replications": search.replications,
        "hypotheses": [one.name for one in search.limiters_of(part.account).hypotheses],
        "limit": _limit(part.account),
        "months": months,
        "enough_until": months[-1]["month"] if first is None else months[first - 1]["month"] if first else None,
        "failure": None if math.isinf(unmet) else _failure(loads[unmet], tried, unmet),
        "ask": ask,
        "unmet_at": at_most,
    }
    if region := _region(part.account):
        plan["region"] = region
    if part.accounts:
        plan["accounts"] = [_member(one, number, growth, loads) for number, one in enumerate(members)]
    return plan


def _failure(load: Load, tried: Tried, factor: float) -> HeadroomFailure | None:
    met = tried.failure(factor) if load.is_any else None
    return None if met is None else failure_of(met)


def _member(one: Member, number: int, growth: Growth, loads: Mapping[float, Load]) -> MemberTable:
    table: MemberTable = {
        "account": one.name,
        "limit": _limit(one.account),
        "share": float(one.dealt),
        "bears": float(one.borne),
        "most_24h": [loads[factor].of_members[number] for factor in growth.factors],
    }
    if region := _region(one.account):
        table["region"] = region
    return table


def _region(account: Account) -> str | None:
    return account.region if isinstance(account, NamedAccount) else None


def _asked(growth: Growth, part: Scenario, tried: Tried, first: int) -> tuple[AskTable | None, UnmetTable | None]:
    """By the month that has most mail: what is enough, else what fails at the greatest rate that was tried."""
    search, largest = tried.search, max(growth.factors)
    most = search.at(largest)
    mails = arrivals(most.workload, most.seed)
    there = grown(most, mails)
    wanted = Tried(search._replace(scenario=bearing(there), quantity=Rate()), tried.perform)
    low, high = rates_of(mails, bearing(part).account.max_send_rate_per_s, largest)
    rate_per_s = least_rate(wanted, low, high) if len(mails.recipients) else low
    if rate_per_s is None:
        failure = wanted.failure(high)
        return None, None if failure is None else {"max_send_rate_per_s": high, "failure": failure_of(failure)}
    limits = {one.name: _raised(one, rate_per_s) for one in members_of(there)}
    requests = [of_region(growth.request, _region(one.account)) for one in members_of(part)]
    ask: AskTable = {
        "limit": limits[UNNAMED] if not part.accounts else _together(limits.values()),
        "before": growth.month(first),
        "month": growth.month(growth.factors.index(largest)),
        "open": [*dict.fromkeys(key for one in requests for key in missing(one))],
    }
    if part.accounts:
        ask["accounts"] = [{"account": name, "limit": limit} for name, limit in limits.items()]
    return ask, None


def _raised(one: Member, rate_per_s: int) -> LimitTable:
    """The account alone is asked for the rate itself."""
    return {"max_send_rate_per_s": rate_of(one, rate_per_s), "max_24h_send": one.account.max_24h_send}


def _together(limits: Collection[LimitTable]) -> LimitTable:
    quotas = [one["max_24h_send"] for one in limits]
    return {
        "max_send_rate_per_s": math.fsum(one["max_send_rate_per_s"] for one in limits),
        "max_24h_send": -1 if -1 in quotas else sum(quotas),
    }


def _loads(growth: Growth, search: Search, members: Sequence[Member]) -> dict[float, Load]:
    """What falls due at each volume. Raises BadInput, which names the month."""
    loads: dict[float, Load] = {}
    for number, factor in enumerate(growth.factors):
        try:
            loads[factor] = loads.get(factor) or _load(search.at(factor), members)
        except BadInput as error:
            raise BadInput(f"{growth.month(number)}: {error}") from error
    return loads


def _load(part: Scenario, members: Sequence[Member]) -> Load:
    mails = arrivals(part.workload, part.seed)
    of_members = [most_in_a_day(mails, one.account, one.dealt) for one in members]
    return Load(most_in_a_day(mails, part.account), of_members, len(mails.recipients) > 0)


def _limit(account: Account) -> LimitTable:
    return {"max_send_rate_per_s": account.max_send_rate_per_s, "max_24h_send": account.max_24h_send}
