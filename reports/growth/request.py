"""The text to AWS: what is asked for, why, by when, and what they want to know of a sender."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from reports.documents.plan import LimitTable, PlanDocument
from scenarios.growth.growth import Request
from strategies.presentation.words import count

_ASKED = {
    "region": "the region",
    "website": "your website",
    "use_case": "what you send, to whom and why",
    "recipients": "how recipients came onto your list, and how they get off it",
    "bounces": "what you do about bounces and complaints",
}


class Case(NamedTuple):
    """A case at AWS, of a pool's account or of the only one, whose name is "": what it has and needs, and by when.

    `most_24h` are the most recipients within 24 hours by month.
    """

    account: str
    region: str
    now: LimitTable
    wanted: LimitTable
    before: str
    most_24h: Sequence[tuple[str, int]]

    @property
    def raises(self) -> list[str]:
        """What changes of the two limits."""
        return [*_raised(self.now, self.wanted)]


def cases_of(plan: PlanDocument) -> list[Case]:
    """That of the account, or those of a pool's accounts, where there is something to ask for."""
    return [case for case in _cases(plan) if case.raises]


def _cases(plan: PlanDocument) -> Iterator[Case]:
    ask, months = plan["ask"], [one["month"] for one in plan["months"]]
    if ask is None:
        return
    of_all = [one["most_24h"] for one in plan["months"]]
    if "accounts" not in plan:
        most = [*zip(months, of_all, strict=True)]
        yield Case("", plan.get("region", ""), plan["limit"], ask["limit"], ask["before"], most)
    for one, its in zip(plan.get("accounts", ()), ask.get("accounts", ()), strict=True):
        most = [*zip(months, of_all if one["bears"] > one["share"] else one["most_24h"], strict=True)]
        yield Case(one["account"], one.get("region", ""), one["limit"], its["limit"], ask["before"], most)


def of_region(request: Request, region: str | None) -> Request:
    """What the file says of a request, for an account whose Region the scenario may say."""
    return request.model_copy(update={"region": region}) if region else request


def missing(request: Request) -> list[str]:
    """What AWS asks and the file leaves open: keys of its table [request]."""
    return [key for key in _ASKED if not getattr(request, key)]


def request_text(case: Case, request: Request) -> str:
    """In plain text, as it goes into a case at AWS Support; brackets stand where something is missing."""
    return "\n\n".join(_paragraphs(case, of_region(request, case.region))) + "\n"


def _paragraphs(case: Case, request: Request) -> Iterator[str]:
    yield f"Service: Amazon SES, sending limits\nRegion: {_or_open(request, 'region')}"
    yield f"We ask to raise {' and '.join(case.raises)}. We need this before {case.before}."
    yield f"Mail type: {request.mail_type}\nWebsite: {_or_open(request, 'website')}"
    yield f"Use case: {_or_open(request, 'use_case')}"
    yield f"Recipients: {_or_open(request, 'recipients')}"
    yield f"Bounces and complaints: {_or_open(request, 'bounces')}"
    yield "\n".join(["Most recipients within 24 hours, by month:", *_some(case.most_24h)])


def _raised(now: LimitTable, wanted: LimitTable) -> Iterator[str]:
    before, after = now["max_send_rate_per_s"], wanted["max_send_rate_per_s"]
    if after > before:
        yield f"our maximum send rate from {before:g} to {after:g} recipients per second"
    if now["max_24h_send"] != wanted["max_24h_send"]:
        yield f"our 24-hour quota from {_quota(now['max_24h_send'])} to {_quota(wanted['max_24h_send'])}"


def _quota(recipients: int) -> str:
    return "no limit" if recipients < 0 else f"{count(recipients)} recipients"


def _or_open(request: Request, key: str) -> str:
    return getattr(request, key) or f"[{_ASKED[key]}]"


def _some(months: Sequence[tuple[str, int]]) -> Iterator[str]:
    """Each quarter, and the last."""
    for place, (month, most) in enumerate(months):
        if place % 3 == 0 or place == len(months) - 1:
            yield f"  {month}: {count(most)}"
