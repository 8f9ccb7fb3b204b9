"""The text to AWS: what is asked for, why, by when, and what they want to know of a sender."""

from __future__ import annotations

from collections.abc import Iterator

from reports.documents.plan import AskTable, LimitTable, MonthTable, PlanDocument
from scenarios.growth.growth import Request
from strategies.presentation.words import count

_ASKED = {
    "region": "the region",
    "website": "your website",
    "use_case": "what you send, to whom and why",
    "recipients": "how recipients came onto your list, and how they get off it",
    "bounces": "what you do about bounces and complaints",
}


def missing(request: Request) -> list[str]:
    """What AWS asks and the file leaves open: keys of its table [request]."""
    return [key for key in _ASKED if not getattr(request, key)]


def request_text(plan: PlanDocument, ask: AskTable, request: Request) -> str:
    """In plain text, as it goes into a case at AWS Support; brackets stand where something is missing."""
    return "\n\n".join(_paragraphs(plan, ask, request)) + "\n"


def _paragraphs(plan: PlanDocument, ask: AskTable, request: Request) -> Iterator[str]:
    now, wanted = plan["limit"], ask["limit"]
    yield f"Service: Amazon SES, sending limits\nRegion: {_or_open(request, 'region')}"
    yield f"We ask to raise {' and '.join(_raised(now, wanted))}. We need this before {ask['before']}."
    yield f"Mail type: {request.mail_type}\nWebsite: {_or_open(request, 'website')}"
    yield f"Use case: {_or_open(request, 'use_case')}"
    yield f"Recipients: {_or_open(request, 'recipients')}"
    yield f"Bounces and complaints: {_or_open(request, 'bounces')}"
    yield "\n".join(["Most recipients within 24 hours, by month:", *map(_line, _some(plan["months"]))])


def _raised(now: LimitTable, wanted: LimitTable) -> Iterator[str]:
    """What changes of the two."""
    before, after = now["max_send_rate_per_s"], wanted["max_send_rate_per_s"]
    if after > before:
        yield f"our maximum send rate from {before:g} to {after:g} recipients per second"
    if now["max_24h_send"] != wanted["max_24h_send"]:
        yield f"our 24-hour quota from {_quota(now['max_24h_send'])} to {_quota(wanted['max_24h_send'])}"


def _quota(recipients: int) -> str:
    return "no limit" if recipients < 0 else f"{count(recipients)} recipients"


def _or_open(request: Request, key: str) -> str:
    return getattr(request, key) or f"[{_ASKED[key]}]"


def _some(months: list[MonthTable]) -> list[MonthTable]:
    """Each quarter, and the last."""
    return [month for place, month in enumerate(months) if place % 3 == 0 or place == len(months) - 1]


def _line(month: MonthTable) -> str:
    return f"  {month['month']}: {count(month['most_24h'])}"
