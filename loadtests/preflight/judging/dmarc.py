"""What receivers are asked to do with mail that is not the domain's: the DMARC policy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import takewhile

from loadtests.preflight.dmarc_record import records, speaking
from loadtests.preflight.facts import Facts, Level
from loadtests.preflight.findings import Check, Finding, looking_alike
from loadtests.preflight.tag_list import strays, tags
from scenarios.formats.quoted import some

DMARC = Check("dmarc")
POLICIES = ("none", "quarantine", "reject")
WHOLE_PCT = 100


def judge(facts: Facts) -> Iterator[Finding]:
    level = speaking(facts.dns.levels)
    lower = takewhile(lambda one: one is not level, facts.dns.levels)
    unanswered = next((one.dmarc for one in lower if one.dmarc.trouble), None)
    if unanswered is not None:
        yield DMARC.wrong(
            "unanswered", f"{unanswered.name}: its name servers answer {unanswered.trouble}", "mend the zone"
        )
    elif level is None:
        yield DMARC.wrong(
            "missing",
            f"neither {facts.domain} nor a domain above it has a DMARC record, which Gmail, Yahoo and Microsoft demand"
            f"{looking_alike([text for one in facts.dns.levels for text in one.dmarc.values])}",
            f'publish _dmarc.{facts.domain} TXT "v=DMARC1; p=none; rua=mailto:you@{facts.domain}"',
        )
    elif len(records(level)) > 1:
        yield DMARC.wrong(
            "several", f"{level.dmarc.name} has {len(records(level))} DMARC records, so that none counts", "leave one"
        )
    else:
        yield _of_record(facts.domain, level, records(level)[0])


def _of_record(domain: str, level: Level, text: str) -> Finding:
    record = tags(text)
    if wrong := _strange(level, record, strays(text)):
        return wrong
    policy, at = _policy(domain, level, record), level.dmarc.name
    if policy == "none":
        return DMARC.open(
            "watches-only",
            f"{at}: the policy for {domain} is none: allowed, and whoever uses the domain is let pass",
            "read the reports for some weeks, then ask for quarantine or reject",
        )
    if (pct := int(record.get("pct", WHOLE_PCT))) < WHOLE_PCT:
        return DMARC.open("partly", f"{at}: {policy} for {pct} % of the mail only", "take pct out of the record")
    return DMARC.right(f"{at}: {policy}")


def _policy(domain: str, level: Level, record: Mapping[str, str]) -> str:
    """Of a record from above, what it says of subdomains."""
    policy = record["p"].lower()
    return policy if level.domain == domain else record.get("sp", policy).lower()


def _strange(level: Level, record: Mapping[str, str], strays: list[str]) -> Finding | None:
    """What receivers do not understand, or not all of them."""
    known = {"p": POLICIES, "sp": POLICIES, "adkim": ("r", "s"), "aspf": ("r", "s")}
    strange = [tag for tag in known if tag in record and record[tag].lower() not in known[tag]]
    pct = record.get("pct", str(WHOLE_PCT))
    if not (pct.isdecimal() and len(pct) < 4 and int(pct) <= WHOLE_PCT):
        strange.append("pct")
    wrong = [*(f"{tag}={record[tag]}" for tag in strange), *strays]
    if "p" not in record:
        wrong.append("a record without p=")
    if not wrong:
        return None
    return DMARC.wrong(
        "syntax",
        f"{level.dmarc.name}: {some(wrong)} is nothing that DMARC knows",
        "write p=none, p=quarantine or p=reject, and mend the rest",
    )
