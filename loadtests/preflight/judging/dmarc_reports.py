"""Whether somebody is told which mail fails, and may be told."""

from __future__ import annotations

from collections.abc import Iterator

from loadtests.preflight.dmarc_record import MOST_REPORTS, VERSION, report_addresses, spoken
from loadtests.preflight.facts import Facts, Permission
from loadtests.preflight.findings import Check, Finding
from loadtests.preflight.tag_list import begins_with
from scenarios.formats.quoted import cut, some

REPORTS = Check("dmarc-reports")


def judge(facts: Facts) -> Iterator[Finding]:
    found_record = spoken(facts.dns.levels)
    if found_record is None:
        yield REPORTS.open("no-record", "without a DMARC record there are no reports")
        return
    level, record = found_record
    addresses, at = report_addresses(record), level.dmarc.name
    found = list(_wrong(addresses[:MOST_REPORTS], at, facts))
    yield from found
    if len(addresses) > MOST_REPORTS:
        yield REPORTS.open(
            "many",
            f"{at} has {len(addresses):,} addresses for reports; receivers need heed only two, and only the first "
            f"{MOST_REPORTS} were looked at",
            "leave one or two",
        )
    elif not found:
        yield REPORTS.right(f"reports go to {some([address for address, _ in addresses])}")


def _wrong(addresses: list[tuple[str, str]], at: str, facts: Facts) -> Iterator[Finding]:
    if not addresses:
        yield REPORTS.wrong(
            "none",
            f"{at} asks for no reports: mail may fail and you would not learn of it",
            "add rua=mailto:ADDRESS to it",
        )
    for address, domain in addresses:
        if not domain:
            yield REPORTS.wrong(
                "no-address", f"{at}: {cut(address)} is no address for reports", "write rua=mailto:ADDRESS"
            )
    for permission in facts.dns.permissions:
        if not any(begins_with(text, VERSION) for text in permission.answer.values):
            yield _forbidden(permission)


def _forbidden(permission: Permission) -> Finding:
    return REPORTS.wrong(
        "not-permitted",
        f"{cut(permission.address)} gets no reports: its domain has not agreed to them",
        f'let it publish {permission.answer.name} TXT "v={VERSION}"',
    )
