"""Whether mail is signed, and the records with the keys are where receivers look for them."""

from __future__ import annotations

from collections.abc import Iterator

from loadtests.preflight.facts import Answer, Dkim, Facts, Identity
from loadtests.preflight.findings import Check, Finding
from loadtests.preflight.judging import dkim_key

DKIM = Check("dkim")


def judge(facts: Facts) -> Iterator[Finding]:
    identity = facts.ses.identity
    if identity is None:
        yield DKIM.open("no-identity", "without an identity there is no key")
    elif not identity.dkim.signs:
        yield DKIM.wrong("off", f"SES does not sign mail of {identity.name}", "switch DKIM signing on for the identity")
    elif not identity.dkim.tokens:
        yield DKIM.open("no-tokens", f"SES does not say where the keys of {identity.name} are")
    elif identity.dkim.is_own_key:
        yield from (dkim_key.judged(DKIM, answer) for answer in facts.dns.dkim)
    else:
        yield from _easy(identity, facts.dns.dkim)


def _easy(identity: Identity, answers: tuple[Answer, ...]) -> Iterator[Finding]:
    found = [one for answer in answers if (one := _cname(answer, identity.dkim)) is not None]
    if found:
        yield from found
    elif identity.dkim.status == "FAILED" or (identity.is_verified and identity.dkim.status != "SUCCESS"):
        yield DKIM.wrong(
            "not-seen",
            f"the CNAMEs of {identity.name} are right, and SES calls its DKIM {identity.dkim.status}",
            "wait, or start the verification of DKIM once more in SES",
        )
    else:
        yield DKIM.right(f"Easy DKIM: {len(answers)} CNAMEs of {identity.name} lead to SES's keys")


def _cname(answer: Answer, dkim: Dkim) -> Finding | None:
    """What is wrong with one of the three."""
    target = f"{answer.name.partition('.')[0]}.{dkim.hosted_zone}"
    do = f"publish {answer.name} CNAME {target}"
    if answer.trouble:
        return DKIM.wrong("unanswered", f"{answer.name}: its name servers answer {answer.trouble}", do)
    if not answer.values:
        return DKIM.wrong("missing", f"{answer.name} has no CNAME", do)
    if answer.values != (target,):
        return DKIM.wrong("elsewhere", f"{answer.name} leads to {answer.values[0]}", do)
    return None
