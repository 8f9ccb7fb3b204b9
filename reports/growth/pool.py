"""A pool's plan in words: what its accounts may send together and as calls are dealt, and what each needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import floor

from reports.documents.plan import MemberTable, PlanDocument
from reports.growth.limits import said
from reports.growth.request import cases_of
from reports.words import names
from strategies.presentation.words import count

TOLERANCE = 1e-9  # what arithmetic may add


def quotas(plan: PlanDocument) -> Iterator[str]:
    """Of the accounts together, as calls are dealt, and from when on whose is too small."""
    members = plan.get("accounts", [])
    percents = zip(members, whole_percents([one["share"] for one in members]), strict=True)
    shares = ", ".join(f"{one['account']} {percent} %" for one, percent in percents)
    yield f"while all accounts take calls they are dealt to {shares} of the recipients"
    yield from _together(members)
    for one in members:
        over = [place for place, most in enumerate(one["most_24h"]) if 0 <= one["limit"]["max_24h_send"] < most]
        if over:
            month, most = plan["months"][over[0]]["month"], count(one["most_24h"][over[0]])
            yield (
                f"{one['account']}: its 24-hour quota is too small from {month} on, when it is dealt {most} recipients "
                "within 24 hours; calls beyond it are refused, and go through another account if they are sent again"
            )


def whole_percents(parts: Sequence[float]) -> list[int]:
    """Of parts of one, which add up to a hundred: those that lose most by rounding down are rounded up."""
    exact = [100 * part for part in parts]
    floors = [floor(percent + TOLERANCE) for percent in exact]
    by_loss = sorted(range(len(parts)), key=lambda place: floors[place] - exact[place])
    up = by_loss[: max(0, 100 - sum(floors))]
    return [percent + (place in up) for place, percent in enumerate(floors)]


def _together(members: list[MemberTable]) -> Iterator[str]:
    rates = {one["account"]: one["limit"]["max_send_rate_per_s"] / one["share"] for one in members}
    if min(rates.values()) < (of_all := sum(one["limit"]["max_send_rate_per_s"] for one in members)) - TOLERANCE:
        first = min(rates, key=rates.__getitem__)
        yield (
            f"as calls are dealt, {rates[first]:g} recipients a second fit, of {of_all:g} that the accounts allow "
            f"together: {first} has no room for more"
        )
    limited = [one for one in members if one["limit"]["max_24h_send"] >= 0]
    if limited:
        dealt = as_dealt(limited)
        first = min(dealt, key=dealt.__getitem__)
        whole = "" if len(limited) < len(members) else f", of {count(_quota(limited))} that the quotas allow together"
        yield f"as calls are dealt, {count(dealt[first])} recipients in 24 hours fit{whole}: {first} is full first"


def as_dealt(members: Iterable[MemberTable]) -> dict[str, int]:
    """How many recipients of the pool fill each account's quota of 24 hours, by what it is dealt of them."""
    return {
        one["account"]: floor(one["limit"]["max_24h_send"] / one["share"] + TOLERANCE)
        for one in members
        if one["limit"]["max_24h_send"] >= 0
    }


def _quota(members: list[MemberTable]) -> int:
    return sum(one["limit"]["max_24h_send"] for one in members)


def asks(plan: PlanDocument) -> Iterator[str]:
    """What to ask for each account."""
    if "accounts" not in plan or plan["ask"] is None:
        return
    cases = cases_of(plan)
    for case in cases:
        yield f"ask for {case.account}: {said(case.wanted)}, instead of {said(case.now)}"
    if enough := [one["account"] for one in plan["accounts"] if one["account"] not in {case.account for case in cases}]:
        yield f"{names(enough)}: the present limit is enough"
    if any(one["bears"] > one["share"] for one in plan["accounts"]):
        yield "each of the two is asked to bear all mail: SES sends all of it through one while the other is out"
