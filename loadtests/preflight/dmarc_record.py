"""Which DMARC record speaks for a domain, and which domain is its organisation's (RFC 7489, RFC 9989).

The list of public suffixes is not asked: as RFC 9989 has it, DNS itself is walked upwards.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from loadtests.preflight.facts import Level
from loadtests.preflight.tag_list import begins_with, tags

VERSION = "DMARC1"
MOST_REPORTS = 10
"""Of a record's report addresses so many are looked at; receivers need heed only two (RFC 7489, 6.2)."""

NO_MAIL = " ."  # ends an MX record that says that none is taken (RFC 7505)
_MAILTO = re.compile(r"mailto:([^@\s!,]+@([^@\s!,]+))(?:!\d+[kmgt]?)?", re.IGNORECASE)


def records(level: Level) -> list[str]:
    """Those of the texts there that are DMARC's."""
    return [text for text in level.dmarc.values if begins_with(text, VERSION)]


def speaking(levels: Sequence[Level]) -> Level | None:
    """The domain's own level if it has a record, else the next one above that has."""
    return next((level for level in levels if records(level)), None)


def spoken(levels: Sequence[Level]) -> tuple[Level, Mapping[str, str]] | None:
    """The level that speaks, and what its record says; None also where it has several, of which none counts."""
    level = speaking(levels)
    found = records(level) if level else []
    return (level, tags(found[0])) if level and len(found) == 1 else None


def organisation(levels: Sequence[Level]) -> str:
    """The highest domain that has a DMARC record, other than a registry's, or takes mail; else the lowest."""
    return next((level.domain for level in reversed(levels) if _is_ones_own(level)), levels[0].domain)


def _is_ones_own(level: Level) -> bool:
    found = records(level)
    if found:
        return tags(found[0]).get("psd") != "y"
    return any(not value.endswith(NO_MAIL) for value in level.mx.values)


def report_addresses(record: Mapping[str, str]) -> list[tuple[str, str]]:
    """Where reports are to go, each with its domain, which is empty if it is no address."""
    found = [word.strip() for word in record.get("rua", "").split(",") if word.strip()]
    matches = [(word, _MAILTO.fullmatch(word)) for word in found]
    return [(match[1], match[2].lower()) if match else (word, "") for word, match in matches]


def is_within(domain: str, other: str) -> bool:
    """Whether it is the other, or lies below it."""
    return f".{domain}".lower().endswith(f".{other}".lower())
