"""Whether the sample is formed as RFC 5322 demands, which Gmail requires of bulk mail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from loadtests.preflight.facts import Facts, Sample
from loadtests.preflight.findings import Check, Finding

FORM = Check("message-form")
LONGEST_LINE = 998  # bytes, RFC 5322, 2.1.1
ONCE = ("date", "sender", "reply-to", "to", "cc", "bcc", "message-id", "in-reply-to", "references", "subject")
"""RFC 5322, 3.6; From is looked at by itself."""


def judge(facts: Facts) -> Iterator[Finding]:
    if facts.sample is None:
        yield FORM.open("no-sample", "no mail to look at", "name one with --sample mail.eml")
        return
    found = list(_wrong(facts.sample))
    yield from found
    if not found:
        yield FORM.right("the sample's headers and lines are as RFC 5322 has them")


def _wrong(sample: Sample) -> Iterator[Finding]:
    times = Counter(name.lower() for name, _ in sample.headers)
    for name in ONCE:
        if times[name] > 1:
            yield FORM.wrong("header-twice", f"the sample has {times[name]} headers {name.title()}", "write it once")
    if not sample.all("Subject"):
        yield FORM.wrong("no-subject", "the sample has no Subject", "write one")
    if sample.longest_line > LONGEST_LINE:
        yield FORM.wrong(
            "long-line",
            f"the sample has a line of {sample.longest_line:,} bytes, and {LONGEST_LINE} are allowed",
            "encode the body as quoted-printable or base64",
        )
