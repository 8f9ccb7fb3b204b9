"""The custom MAIL FROM domain: bounces go to SES, and SPF lets SES send for it."""

from __future__ import annotations

from collections.abc import Iterator

from loadtests.preflight.facts import Facts, MailFrom, MailFromZone, Policy
from loadtests.preflight.findings import Check, Finding
from loadtests.preflight.judging.spf_faults import faults
from scenarios.formats.quoted import cut

MAIL_FROM = Check("mail-from")
INCLUDED = "amazonses.com"
EXAMPLE = f"v=spf1 include:{INCLUDED} ~all"


def judge(facts: Facts) -> Iterator[Finding]:
    identity, zone = facts.ses.identity, facts.dns.mail_from
    if identity is None or identity.mail_from is None or zone is None:
        yield MAIL_FROM.open(
            "none",
            "mail is from amazonses.com on its envelope: SPF says nothing of your domain",
            f"give the identity a custom MAIL FROM domain, such as bounce.{facts.domain}",
        )
        return
    found = [*_mx(zone, facts.ses.region), *_spf(zone)]
    yield from found or [_seen(identity.mail_from)]


def _mx(zone: MailFromZone, region: str) -> Iterator[Finding]:
    """Exactly one, which is SES's in the Region."""
    mx, target = zone.mx, f"feedback-smtp.{region}.amazonses.com"
    do = f"publish {mx.name} MX 10 {target}, and no other"
    hosts = [value.partition(" ")[2] for value in mx.values]
    if mx.trouble:
        yield MAIL_FROM.wrong("mx-unanswered", f"{mx.name}: its name servers answer {mx.trouble}", do)
    elif not hosts:
        yield MAIL_FROM.wrong(
            "mx-missing", f"{mx.name} has no MX record: SES sends as amazonses.com, or not at all", do
        )
    elif len(hosts) > 1:
        yield MAIL_FROM.wrong("mx-several", f"{mx.name} has {len(hosts)} MX records; SES demands a single one", do)
    elif hosts != [target]:
        yield MAIL_FROM.wrong("mx-elsewhere", f"{mx.name} takes bounces at {hosts[0]}, where SES does not see them", do)


def _spf(zone: MailFromZone) -> Iterator[Finding]:
    found = list(faults(MAIL_FROM, zone.spf, EXAMPLE))
    yield from found
    if not found and not _lets_ses_send(zone.spf):
        yield MAIL_FROM.wrong(
            "spf-without-ses",
            f"{zone.spf.domain}: its SPF record does not let SES send: {cut(zone.spf.records[0])}",
            f"add include:{INCLUDED} to it",
        )


def _lets_ses_send(policy: Policy) -> bool:
    """The first term that SES's servers match has to let them pass."""
    for term in policy.terms:
        target = term.target.lower()
        below = next((one for one in policy.below if one.domain == target), None)
        if term.kind in ("include", "redirect") and (target == INCLUDED or (below and _lets_ses_send(below))):
            return term.sign == "+"
    return False


def is_in_use(facts: Facts) -> bool:
    """Whether SES sends as it, and SPF passes."""
    identity, zone = facts.ses.identity, facts.dns.mail_from
    if identity is None or identity.mail_from is None or zone is None:
        return False
    return identity.mail_from.status == "SUCCESS" and not [*_mx(zone, facts.ses.region)] and _lets_ses_send(zone.spf)


def _seen(mail_from: MailFrom) -> Finding:
    if mail_from.status == "SUCCESS":
        return MAIL_FROM.right(f"{mail_from.domain}: MX and SPF are SES's")
    return MAIL_FROM.wrong(
        "not-seen",
        f"the records of {mail_from.domain} are right, and SES calls it {mail_from.status}",
        "wait, or set the MAIL FROM domain once more in SES",
    )
