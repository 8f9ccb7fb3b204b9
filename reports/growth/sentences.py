"""A plan in words: until when the limit is enough, what fails then, what to ask for, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator

from reports.documents.plan import PlanDocument
from reports.growth import pool
from reports.growth.limits import said
from reports.headroom.table import failed
from reports.words import money, names
from strategies.presentation.words import count


def answer(plan: PlanDocument) -> str:
    """Until when, and what then."""
    now, last, until = _limit(plan), plan["months"][-1]["month"], plan["enough_until"]
    if all(one["meets"] for one in plan["months"]):
        return f"{now} enough until {last}, the last month of the plan"
    enough = f"{now} enough until {until}" if until else f"{now} not enough in the first month"
    return f"{enough}; {_then(plan)}"


def _limit(plan: PlanDocument) -> str:
    """Of a pool no account has what all have together, neither rate nor quota."""
    now = said(plan["limit"])
    return f"limits that add up to {now} are" if "accounts" in plan else f"a limit of {now} is"


def sentences(plan: PlanDocument) -> list[str]:
    """Why, and what is still open."""
    return [*of_account(plan), *of_all(plan)]


def of_account(plan: PlanDocument) -> list[str]:
    """What one account's plan says that another's need not say."""
    quotas = pool.quotas(plan) if "accounts" in plan else _quota(plan)
    return [*_why(plan), *quotas, *pool.asks(plan), *_cost(plan)]


def of_all(plan: PlanDocument) -> list[str]:
    """What is so of each account of a scenario."""
    return [*_open(plan), *_unpriced(plan), *_free(plan), *_sure(plan)]


def _then(plan: PlanDocument) -> str:
    if (ask := plan["ask"]) is None:
        return "no higher rate is enough for the month with most mail"
    of_all = "limits that add up to " if "accounts" in plan else ""
    return f"ask AWS for {of_all}{said(ask['limit'])} before {ask['before']}"


def _why(plan: PlanDocument) -> Iterator[str]:
    first = next((one["month"] for one in plan["months"] if not one["meets"]), None)
    if plan["failure"] is not None:
        yield f"in {first}: {failed(plan['failure'])}"
    if plan["unmet_at"] is not None:
        rate_per_s, failure = plan["unmet_at"]["max_send_rate_per_s"], plan["unmet_at"]["failure"]
        yield f"at {rate_per_s:,g} recipients a second, the highest rate that was tried: {failed(failure)}"
    if plan["ask"] is not None:
        yield f"with that all thresholds hold in {plan['ask']['month']}, the month with most mail"


def _quota(plan: PlanDocument) -> Iterator[str]:
    over = [one for one in plan["months"] if not one["fits_quota"]]
    if over:
        needs = f"{count(over[0]['most_24h'])} recipients within 24 hours"
        yield f"the 24-hour quota is too small from {over[0]['month']} on, which needs {needs}"


def _open(plan: PlanDocument) -> Iterator[str]:
    if plan["ask"] is not None and plan["ask"]["open"]:
        yield f"the text to AWS leaves open what [request] says as {names(plan['ask']['open'])}"


def _cost(plan: PlanDocument) -> Iterator[str]:
    first = plan["months"][0]
    if first["usd"] is not None:
        dearest = max(plan["months"], key=lambda one: one["usd"] or 0.0)
        least, most = (f"{money(one['usd'])} in {one['month']}" for one in (first, dearest))
        yield f"a month costs {least} and {most}"


def _unpriced(plan: PlanDocument) -> Iterator[str]:
    if plan["months"][0]["usd"] is None:
        mail = "" if plan["months"][0]["most_24h"] else ", and mail in the first month"
        yield f"what it costs needs a table [bill] in the scenario{mail}"


def _free(plan: PlanDocument) -> Iterator[str]:
    if plan["months"][0]["usd"] is not None:
        yield "a higher limit itself costs nothing"


def _sure(plan: PlanDocument) -> Iterator[str]:
    limiters = len(plan["hypotheses"])
    under = "the scenario's limiter" if limiters == 1 else f"{limiters} limiters"
    runs = plan["replications"]
    yield f"each volume that was tried: {runs} run{'s' * (runs != 1)} of {plan['contender']} under {under}"
