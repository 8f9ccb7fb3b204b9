"""Who may send for the domain itself, which is what stands in its From."""

from __future__ import annotations

from collections.abc import Iterator

from loadtests.preflight.facts import Facts
from loadtests.preflight.findings import Check, Finding
from loadtests.preflight.judging.spf_faults import faults
from scenarios.formats.quoted import cut

SPF = Check("spf")
EXAMPLE = "v=spf1 include:amazonses.com ~all"


def judge(facts: Facts) -> Iterator[Finding]:
    policy = facts.dns.spf
    found = list(faults(SPF, policy, EXAMPLE))
    yield from found
    if not found:
        yield SPF.right(f"{cut(policy.records[0])} ({policy.lookups} of 10 lookups)")
