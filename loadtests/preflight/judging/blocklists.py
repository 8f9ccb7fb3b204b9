"""Whether a blocklist has one of the account's dedicated IPs."""

from __future__ import annotations

from collections.abc import Iterator

from loadtests.preflight.facts import MOST_IPS, Facts, Listing
from loadtests.preflight.findings import Check, Finding

BLOCKLISTS = Check("blocklists")
LISTED, ERROR = "127.0.0.", "127.255."
"""How answers begin that mean yes; Spamhaus answers with the other to resolvers that it does not serve."""


def judge(facts: Facts) -> Iterator[Finding]:
    ips, listings = facts.ses.dedicated_ips, facts.dns.listings
    if ips is None:
        yield BLOCKLISTS.open("not-told", "SES does not say which dedicated IPs there are")
    elif not ips:
        yield BLOCKLISTS.right("no dedicated IPs; AWS looks after the shared ones")
    else:
        listed = [one for one in listings if _has(one, LISTED)]
        yield from map(_listed, listed)
        silent = [one for one in listings if one.answer.trouble or _has(one, ERROR)]
        if silent:
            yield _silent(silent)
        elif not listed:
            first = f"the first {MOST_IPS} of " if len(ips) > MOST_IPS else ""
            yield BLOCKLISTS.right(f"none of {first}{len(ips)} dedicated IPs is listed")


def _has(listing: Listing, beginning: str) -> bool:
    return any(value.startswith(beginning) for value in listing.answer.values)


def _listed(listing: Listing) -> Finding:
    return BLOCKLISTS.wrong(
        "listed",
        f"{listing.ip} is on {listing.blocklist}",
        f"find out why at {listing.blocklist}, stop what caused it, and ask to be taken off",
    )


def _silent(listings: list[Listing]) -> Finding:
    names = ", ".join(dict.fromkeys(one.blocklist for one in listings))
    return BLOCKLISTS.open(
        "no-answer", f"{names} gives this resolver no answer", "ask through a resolver of your own, with --dns"
    )
