"""Whether SES has verified the domain, or one above it, and how long it goes on looking."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from loadtests.preflight.facts import Facts, Identity
from loadtests.preflight.findings import Check, Finding

IDENTITY = Check("identity")
LOOKS_FOR = timedelta(hours=72)
"""As long SES looks for the records of a new identity (SES developer guide, "Easy DKIM")."""


def judge(facts: Facts) -> Iterator[Finding]:
    identity = facts.ses.identity
    if identity is None:
        yield IDENTITY.wrong(
            "unknown",
            f"SES in {facts.ses.region} knows neither {facts.domain} nor a domain above it",
            "create the domain as an identity in SES, and publish the three DKIM records that it shows",
        )
    elif identity.status == "FAILED":
        yield IDENTITY.wrong(
            "failed",
            f"{identity.name}: SES has not found its records within 72 hours{_trouble(identity)}",
            "publish the DKIM records, then start the verification once more in SES",
        )
    elif identity.status == "TEMPORARY_FAILURE":
        yield IDENTITY.wrong(
            "temporary-failure",
            f"{identity.name} was verified, and SES does not find its records any more{_trouble(identity)}",
            "publish the DKIM records again within 72 hours, or SES stops sending",
        )
    elif identity.is_verified:
        yield IDENTITY.right(f"{identity.name} is verified in {facts.ses.region}")
    else:
        yield IDENTITY.wrong(
            "pending",
            f"{identity.name} is not verified yet{_left(identity, facts.now)}{_trouble(identity)}",
            "publish the DKIM records that are missing below, and wait until SES has seen them",
        )


def _left(identity: Identity, now: datetime) -> str:
    """Of the time for which SES looks: it begins when the key was made, of which SES tells for its own keys alone."""
    made = identity.dkim.key_made
    if made is None:
        return "; SES does not say how much of its 72 hours is left"
    hours = (made + LOOKS_FOR - now) / timedelta(hours=1)
    return f"; {max(0.0, hours):.0f} of 72 hours are left"


def _trouble(identity: Identity) -> str:
    return f" ({identity.trouble})" if identity.trouble else ""
