"""Whether bulk mail has a domain of its own, so that its reputation is not that of people's mail."""

from __future__ import annotations

from collections.abc import Iterator

from loadtests.preflight.dmarc_record import organisation
from loadtests.preflight.facts import Facts
from loadtests.preflight.findings import Check, Finding

SUBDOMAIN = Check("subdomain")


def judge(facts: Facts) -> Iterator[Finding]:
    main = organisation(facts.dns.levels)
    if facts.domain == main:
        yield SUBDOMAIN.open(
            "main-domain",
            f"{main} is the main domain: complaints about bulk mail spoil the reputation of all its mail",
            f"send bulk mail from a subdomain, such as news.{main}",
        )
    else:
        yield SUBDOMAIN.right(f"{facts.domain} is apart from {main}")
