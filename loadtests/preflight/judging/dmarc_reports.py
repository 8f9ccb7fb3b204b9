"""Whether somebody is told which mail fails, and may be told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from loadtests.preflight.dmarc_record import VERSION, report_addresses, spoken
from loadtests.preflight.facts import Facts, Permission
from loadtests.preflight.findings import Check, Finding
from loadtests.preflight.tag_list import begins_with

REPORTS = Check("dmarc-reports")


def judge(facts: Facts) -> Iterator[Finding]:
    found_record = spoken(facts.dns.levels)
    if found_record is None:
        yield REPORTS.open("no-record", "without a DMARC record there are no reports")
        return
    level, record = found_record
    found = list(_wrong(record, level.dmarc.name, facts))
    yield from found
    if not found:
        addresses = report_addresses(record)
        yield REPORTS.right(f"reports go to {', '.join(address for address, _ in addresses)}")


def _wrong(record: Mapping[str, str], at: str, facts: Facts) -> Iterator[Finding]:
    addresses = report_addresses(record)
    if not addresses:
        yield REPORTS.wrong(
            "none",
            f"{at} asks for no reports: mail may fail and you would not learn of it",
            "add rua=mailto:ADDRESS to it",
        )
    for address, domain in addresses:
        if not domain:
            yield REPORTS.wrong("no-address", f"{at}: {address} is no address for reports", "write rua=mailto:ADDRESS")
    for permission in facts.dns.permissions:
        if not any(begins_with(text, VERSION) for text in permission.answer.values):
            yield _forbidden(permission)


def _forbidden(permission: Permission) -> Finding:
    return REPORTS.wrong(
        "not-permitted",
        f"{permission.address} gets no reports: its domain has not agreed to them",
        f'let it publish {permission.answer.name} TXT "v={VERSION}"',
    )
