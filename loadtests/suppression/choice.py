"""Which of the listed addresses are meant: by domain, reason and date."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from scenarios.errors import BadInput
from scenarios.formats.quoted import cut, printable

EARLIEST_YEAR = 2000  # long before there was an SES; requests cannot spell each year before


class Entry(NamedTuple):
    """An address on the list, why it is there, and since when."""

    address: str
    reason: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Choice:
    """What of the list is meant; whatever is left open means all of it. Dates are instants: since <= it < until."""

    domains: tuple[str, ...] = ()
    reason: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether it means the whole list."""
        return self == Choice()

    @property
    def asked(self) -> dict[str, Any]:
        """The part that SES can choose, as it is asked for."""
        parts = {"Reasons": self.reason and [self.reason], "StartDate": self.since, "EndDate": self.until}
        return {key: value for key, value in parts.items() if value is not None}

    def takes(self, entry: Entry) -> bool:
        """Whether an address is meant: SES knows no domains, and an endpoint may ignore what it is asked."""
        return (
            (not self.domains or entry.address.rpartition("@")[2].lower() in self.domains)
            and self.reason in (None, entry.reason)
            and (self.since is None or self.since <= entry.since)
            and (self.until is None or entry.since < self.until)
        )

    def told(self) -> dict[str, Any]:
        """As a record keeps it."""
        since, until = (instant and instant.isoformat() for instant in (self.since, self.until))
        return {"domains": [*self.domains], "reason": self.reason, "since": since, "until": until}


def choice_of(
    domains: Sequence[str], reason: str | None, since: str | None, until: str | None, now: datetime
) -> Choice:
    """What options choose. Raises BadInput."""
    first, last = _instant("--since", since), _instant("--until", until)
    if first is not None and first > now:
        raise BadInput(f"--since = {since}: lies in the future; name a day up to today, {now:%Y-%m-%d}")
    if first is not None and last is not None and last <= first:
        raise BadInput(f"--until = {until}: must be later than --since, {since}")
    return Choice(tuple(sorted({_domain(domain) for domain in domains})), reason, first, last)


def _domain(text: str) -> str:
    if not re.fullmatch(r"[^\s@\",;<>]+", text) or not text.isprintable():
        raise BadInput(
            f"--domain = {printable(cut(text))}: must be what stands behind an address's @, "
            "such as privaterelay.appleid.com"
        )
    return text.lower()


def _instant(option: str, text: str | None) -> datetime | None:
    """A day begins at midnight; what names no zone is UTC."""
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
        if instant.year < EARLIEST_YEAR:
            raise ValueError(text)
        return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadInput(
            f"{option} = {printable(cut(text))}: must be a date such as 2026-11-01, or 2026-11-01T08:00Z"
        ) from error
