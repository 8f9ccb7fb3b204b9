"""Whether the sample is from the domain, or from one below it for which the same signature counts."""

from __future__ import annotations

from collections.abc import Iterator
from email.utils import getaddresses

from loadtests.preflight.dmarc_record import is_within, spoken
from loadtests.preflight.facts import Facts, Sample
from loadtests.preflight.findings import Check, Finding
from scenarios.formats.quoted import cut

FROM = Check("from")


def judge(facts: Facts) -> Iterator[Finding]:
    if facts.sample is None:
        yield FROM.open("no-sample", "no mail to look at", "name one with --sample mail.eml")
    else:
        yield _of_sample(facts, facts.sample)


def _of_sample(facts: Facts, sample: Sample) -> Finding:
    addresses = _addresses(sample)
    if len(addresses) != 1 or "@" not in addresses[0]:
        says = f"{len(addresses)} addresses" if len(addresses) != 1 else "no address"
        return FROM.wrong("not-one", f"the sample's From has {says}", "write exactly one From with one address")
    at = addresses[0].rpartition("@")[2].lower()
    if at == facts.domain or (is_within(at, facts.domain) and not _is_strict(facts)):
        return FROM.right(f"the sample is from {cut(addresses[0])}")
    return FROM.wrong(
        "another-domain",
        f"the sample is from {cut(addresses[0])}, for which what {facts.domain} signs does not count",
        f"send from an address at {facts.domain}, or look at {cut(at)}",
    )


def _addresses(sample: Sample) -> list[str]:
    """None where the header is so nested that Python gives it up; a mailbox provider does so sooner."""
    try:
        return [address for _, address in getaddresses(sample.all("From")) if address]
    except RecursionError:
        return []


def _is_strict(facts: Facts) -> bool:
    """Whether a signature counts for the very domain only."""
    found = spoken(facts.dns.levels)
    return found is not None and found[1].get("adkim", "r").lower() == "s"
