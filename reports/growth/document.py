"""Makes the document of a plan: month by month under the present limit, and what to ask for."""

from __future__ import annotations

import math
from collections.abc import Callable

from reports.documents.plan import SCHEMA, AskTable, LimitTable, MonthTable, PlanDocument, UnmetTable
from reports.growth.months import RATE, Tried, first_unmet, fits, grown, least_rate, rates_of
from reports.growth.request import missing
from reports.headroom.attempts import Search
from reports.headroom.document import failure_of
from scenarios.errors import BadInput
from scenarios.growth.growth import Growth
from scenarios.growth.volume import at_volume, most_in_a_day
from scenarios.schema.accounts.account import Account
from scenarios.schema.model import Scenario

Dollars = Callable[[float], float | None]
"""Of a month with so many times the mail."""


def planned(growth: Growth, tried: Tried, usd: Dollars) -> PlanDocument:
    """Raises BadInput where a volume cannot be, Broken where Ctrl-C ends a run, and RunFailed."""
    search, factors = tried.search, growth.factors
    account = search.scenario.account
    most = _volumes(growth, search.scenario)

    def is_unmet(factor: float) -> bool:
        return not fits(account, most[factor]) or tried.failure(factor) is not None

    unmet = first_unmet(factors, is_unmet)
    months: list[MonthTable] = [
        {
            "month": growth.month(number),
            "volume": factor,
            "most_24h": most[factor],
            "fits_quota": fits(account, most[factor]),
            "meets": factor < unmet,
            "usd": usd(factor),
        }
        for number, factor in enumerate(factors)
    ]
    first = next((number for number, month in enumerate(months) if not month["meets"]), None)
    ask, at_most = (None, None) if first is None else _asked(growth, tried, first)
    return {
        "schema": SCHEMA,
        "scenario": search.scenario.name,
        "contender": search.contender,
        "seed": search.scenario.seed,
        "replications": search.replications,
        "hypotheses": [one.name for one in search.limiters_of(account).hypotheses],
        "limit": _limit(account),
        "months": months,
        "enough_until": months[-1]["month"] if first is None else months[first - 1]["month"] if first else None,
        "failure": None if math.isinf(unmet) or not (met := tried.failure(unmet)) else failure_of(met),
        "ask": ask,
        "unmet_at": at_most,
    }


def _asked(growth: Growth, tried: Tried, first: int) -> tuple[AskTable | None, UnmetTable | None]:
    """By the month that has most mail: what is enough, else what fails at the greatest rate that was tried."""
    search, factors = tried.search, growth.factors
    largest = max(factors)
    there = grown(search.scenario, largest)
    wanted = Tried(Search(there, search.contender, RATE, *search[3:]), tried.perform)
    low, high = rates_of(there, search.scenario.account.max_send_rate_per_s, largest)
    rate_per_s = least_rate(wanted, low, high)
    if rate_per_s is None:
        failure = wanted.failure(high)
        return None, None if failure is None else {"max_send_rate_per_s": high, "failure": failure_of(failure)}
    limit: LimitTable = {"max_send_rate_per_s": rate_per_s, "max_24h_send": there.account.max_24h_send}
    month = growth.month(factors.index(largest))
    return {"limit": limit, "before": growth.month(first), "month": month, "open": missing(growth.request)}, None


def _volumes(growth: Growth, scenario: Scenario) -> dict[float, int]:
    """Most recipients within 24 hours at each volume. Raises BadInput, which names the month."""
    most: dict[float, int] = {}
    for number, factor in enumerate(growth.factors):
        try:
            most[factor] = most.get(factor) or most_in_a_day(at_volume(scenario, factor))
        except BadInput as error:
            raise BadInput(f"{growth.month(number)}: {error}") from error
    return most


def _limit(account: Account) -> LimitTable:
    return {"max_send_rate_per_s": account.max_send_rate_per_s, "max_24h_send": account.max_24h_send}
