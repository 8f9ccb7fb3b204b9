"""Fates that an address itself tells, at domains where it is agreed that addresses do.

A test says in the address what shall become of its mail: `421+900s@fates.test`. Only a whole local part counts, and
only at a domain of the user's choice: `bounce@example.com` may be somebody's.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

from loadtests.endpoint.addresses import ANYBODY, bare
from scenarios.delivery.post_office import What
from scenarios.delivery.recipients import Kind

FATES_AT = "fates.test"  # a name that RFC 6761 keeps for tests, so that it is no real mailbox's

_FORM = re.compile(r"([a-z]+|[45][0-9]{2})(?:\+([a-z]+|[0-9]{1,6}(?:ms|s|m|h)))?")
_UNITS_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


class Told(NamedTuple):
    """What happens at a mailbox, each after so many seconds, and what SES is answered."""

    kind: Kind
    happens: tuple[tuple[float, What], ...]
    reply: str = ""


def told_by(address: str, domains: Collection[str], patience_s: float) -> Told | None:
    """What the address says, if it may and does; after its patience SES gives up."""
    local, _, domain = bare(address).lower().rpartition("@")
    if domain not in domains and ANYBODY not in domains:
        return None
    form = _FORM.fullmatch(local)
    return None if form is None else _told(form[1], form[2], patience_s)


def _told(word: str, detail: str | None, patience_s: float) -> Told | None:
    after_s = _seconds(detail)
    if word[0] == "4" and (detail is None or after_s is not None):
        return _turned_away(Kind.GOOD, f"{word} 4.0.0 as the address says", after_s, patience_s)
    if word == "delay" and after_s is not None:
        return _turned_away(Kind.GOOD, "421 4.4.1 Unable to connect to remote host", after_s, patience_s)
    if word[0] == "5" and detail is None:
        return Told(Kind.UNKNOWN, ((0.0, What.BOUNCED),), f"{word} 5.0.0 as the address says")
    if word == "complaint" and (detail is None or after_s is not None):
        return Told(Kind.COMPLAINING, ((0.0, What.DELIVERED), (after_s or 0.0, What.COMPLAINED)))
    if word == "bounce" and detail == "full":
        return _turned_away(Kind.FULL, "452 4.2.2 Mailbox full", None, patience_s)
    return _AT_ONCE.get((word, detail))


_AT_ONCE = {
    ("success", None): Told(Kind.GOOD, ((0.0, What.DELIVERED),)),
    ("bounce", None): Told(Kind.UNKNOWN, ((0.0, What.BOUNCED),)),
    ("bounce", "general"): Told(Kind.UNKNOWN, ((0.0, What.BOUNCED),)),
    ("bounce", "suppressed"): Told(Kind.SUPPRESSED_GLOBALLY, ((0.0, What.BOUNCED),)),
    ("suppressed", None): Told(Kind.SUPPRESSED, ((0.0, What.SUPPRESSED),)),
}


def _seconds(detail: str | None) -> float | None:
    """None for what is no duration."""
    if detail is None or not detail[0].isdigit():
        return None
    unit = detail.lstrip("0123456789")
    return int(detail.removesuffix(unit)) * _UNITS_S[unit]


def _turned_away(kind: Kind, reply: str, for_s: float | None, patience_s: float) -> Told:
    """For so long, and then taken; for ever if that is None."""
    if for_s is None or for_s > patience_s:
        return Told(kind, ((patience_s, What.EXPIRED),), reply)
    return Told(kind, ((for_s, What.DEFERRED), (for_s, What.DELIVERED)), reply)
