"""All that is looked at, in the order in which it is told."""

from __future__ import annotations

from loadtests.preflight.facts import Facts
from loadtests.preflight.findings import Finding
from loadtests.preflight.judging import (
    account,
    alignment,
    blocklists,
    dkim,
    dmarc,
    dmarc_reports,
    feedback,
    identity,
    limits,
    mail_from,
    message_form,
    reputation,
    sample_from,
    spf,
    subdomain,
    unsubscribe,
)

JUDGES = (
    identity.judge,
    dkim.judge,
    mail_from.judge,
    spf.judge,
    dmarc.judge,
    dmarc_reports.judge,
    alignment.judge,
    subdomain.judge,
    account.judge,
    limits.judge,
    feedback.judge,
    reputation.judge,
    blocklists.judge,
    sample_from.judge,
    unsubscribe.judge,
    message_form.judge,
)


def findings(facts: Facts) -> list[Finding]:
    """At least one for each thing that is looked at."""
    return [finding for judge in JUDGES for finding in judge(facts)]
