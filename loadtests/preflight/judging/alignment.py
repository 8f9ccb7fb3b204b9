"""Whether what SES signs with, or sends as, counts for the domain in From: without, DMARC fails for all mail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from loadtests.preflight.dmarc_record import is_within, organisation, spoken
from loadtests.preflight.facts import Facts, Identity, Level
from loadtests.preflight.findings import Check, Finding
from loadtests.preflight.judging.mail_from import is_in_use

ALIGNMENT = Check("alignment")


def judge(facts: Facts) -> Iterator[Finding]:
    identity, found = facts.ses.identity, spoken(facts.dns.levels)
    if identity is None or found is None:
        yield ALIGNMENT.open("no-record", "needs an identity and a DMARC record")
        return
    level, record = found
    aligned = list(_aligned(facts, identity, record))
    if aligned:
        yield ALIGNMENT.right(
            f"{' and '.join(aligned)} {'counts' if len(aligned) == 1 else 'count'} for {facts.domain}"
        )
    else:
        yield ALIGNMENT.wrong(
            "none",
            f"neither DKIM ({identity.name}) nor MAIL FROM counts for {facts.domain}: DMARC fails for all its mail",
            f"verify {facts.domain} itself in SES, or write adkim=r into {level.dmarc.name}",
        )


def _aligned(facts: Facts, identity: Identity, record: Mapping[str, str]) -> Iterator[str]:
    if identity.dkim.signs and counts(identity.name, facts.domain, record.get("adkim", "r"), facts.dns.levels):
        yield f"DKIM (d={identity.name})"
    mail_from, mode = identity.mail_from, record.get("aspf", "r")
    if mail_from and is_in_use(facts) and counts(mail_from.domain, facts.domain, mode, facts.dns.levels):
        yield f"MAIL FROM ({mail_from.domain})"


def counts(domain: str, for_domain: str, mode: str, levels: Sequence[Level]) -> bool:
    """Strictly only the same one, else any of the same organisation."""
    return domain == for_domain if mode.lower() == "s" else is_within(domain, organisation(levels))
