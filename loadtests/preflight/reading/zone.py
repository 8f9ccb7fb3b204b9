"""What DNS has of a domain: where each thing is to be found depends on what SES says, and on what was found before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import ip_address

from loadtests.preflight.dmarc_record import MOST_REPORTS, is_within, organisation, report_addresses, spoken
from loadtests.preflight.facts import (
    MOST_IPS,
    Answer,
    DnsFacts,
    Identity,
    Level,
    Listing,
    MailFromZone,
    Permission,
    SesFacts,
)
from loadtests.preflight.reading.name_server import NameServer, NoAnswer
from loadtests.preflight.reading.spf_tree import SpfTree

BLOCKLISTS = ("zen.spamhaus.org", "bl.spamcop.net", "b.barracudacentral.org", "psbl.surriel.com")
MOST_LEVELS = 8  # as RFC 9989 walks
MOST_TOKENS = 10  # of which Easy DKIM has three


def dns_facts(domain: str, ses: SesFacts, dns: NameServer) -> DnsFacts:
    """Raises RunFailed where there is no answer in time; a blocklist may give none."""
    levels = tuple(_level(one, dns) for one in upwards(domain))
    return DnsFacts(
        dkim=tuple(_keys(ses.identity, dns)),
        mail_from=_mail_from(ses.identity, dns),
        spf=SpfTree(dns.ask).read(domain),
        levels=levels,
        permissions=tuple(_permissions(levels, dns)),
        listings=tuple(_listings(ses.dedicated_ips or (), dns)),
    )


def upwards(domain: str) -> list[str]:
    """The domain and those above it, the top left out; of a deep one its lowest and its highest."""
    labels = domain.split(".")
    names = [".".join(labels[number:]) for number in range(len(labels) - 1)]
    return names if len(names) <= MOST_LEVELS else [names[0], *names[1 - MOST_LEVELS :]]


def _level(domain: str, dns: NameServer) -> Level:
    return Level(domain, dns.ask(f"_dmarc.{domain}", "TXT"), dns.ask(domain, "MX"))


def _keys(identity: Identity | None, dns: NameServer) -> Iterator[Answer]:
    """Easy DKIM's CNAMEs, or the owner's key."""
    if identity is not None:
        kind = "TXT" if identity.dkim.is_own_key else "CNAME"
        for token in identity.dkim.tokens[:MOST_TOKENS]:
            yield dns.ask(f"{token}._domainkey.{identity.name}", kind)


def _mail_from(identity: Identity | None, dns: NameServer) -> MailFromZone | None:
    if identity is None or identity.mail_from is None:
        return None
    domain = identity.mail_from.domain
    return MailFromZone(dns.ask(domain, "MX"), SpfTree(dns.ask).read(domain))


def _permissions(levels: Sequence[Level], dns: NameServer) -> Iterator[Permission]:
    """Of report addresses that are not the organisation's own."""
    found = spoken(levels)
    if found is None:
        return
    level, record = found
    for address, target in report_addresses(record)[:MOST_REPORTS]:
        if target and not is_within(target, organisation(levels)):
            yield Permission(address, dns.ask(f"{level.domain}._report._dmarc.{target}", "TXT"))


def _listings(ips: Sequence[str], dns: NameServer) -> Iterator[Listing]:
    """A blocklist that is silent once is not waited for again."""
    silent = set[str]()
    for ip in ips[:MOST_IPS]:
        reversed_ip = ip_address(ip).reverse_pointer.removesuffix(".in-addr.arpa").removesuffix(".ip6.arpa")
        for blocklist in BLOCKLISTS:
            name = f"{reversed_ip}.{blocklist}"
            answer = None if blocklist in silent else _listing(name, dns)
            if answer is None:
                silent.add(blocklist)
            yield Listing(ip, blocklist, answer or Answer(name, "A", trouble="no answer in time"))


def _listing(name: str, dns: NameServer) -> Answer | None:
    try:
        return dns.try_to_ask(name, "A")
    except NoAnswer:
        return None
