"""Whether rate and quota hold what a scenario sends."""

from __future__ import annotations

from collections.abc import Iterator

from loadtests.preflight.facts import Account, Facts, Traffic
from loadtests.preflight.findings import Check, Finding

RATE, QUOTA = Check("rate"), Check("quota")


def judge(facts: Facts) -> Iterator[Finding]:
    account, traffic = facts.ses.account, facts.traffic
    if traffic is None:
        yield RATE.open("no-scenario", f"SES accepts {account.rate_per_s:g} recipients/s", "compare with --scenario")
        yield QUOTA.open("no-scenario", f"SES accepts {_quota(account)} in 24 hours", "compare with --scenario")
    else:
        yield _rate(account, traffic)
        yield _daily(account, traffic)


def _rate(account: Account, traffic: Traffic) -> Finding:
    allowed = f"SES accepts {account.rate_per_s:g} recipients/s"
    if account.rate_per_s < traffic.rate_per_s:
        return RATE.wrong(
            "too-low",
            f"{allowed}, and {traffic.scenario} counts on {traffic.rate_per_s:g}",
            "ask AWS for a higher rate, or write the real one into the scenario",
        )
    return RATE.right(f"{allowed}; {traffic.scenario} counts on {traffic.rate_per_s:g}")


def _daily(account: Account, traffic: Traffic) -> Finding:
    allowed, needed = f"SES accepts {_quota(account)} in 24 hours", f"{traffic.scenario} sends {traffic.most_24h:,}"
    if 0 <= account.max_24h < traffic.most_24h:
        return QUOTA.wrong("too-low", f"{allowed}, and {needed}", "ask AWS for a higher quota, or spread the mail")
    left = account.max_24h - account.sent_24h
    if account.max_24h >= 0 and left < traffic.most_24h:
        return QUOTA.wrong(
            "used-up", f"{allowed}, of which {left:,.0f} are left now, and {needed}", "wait, or spread the mail"
        )
    return QUOTA.right(f"{allowed}; {needed}")


def _quota(account: Account) -> str:
    return "any number" if account.max_24h < 0 else f"{account.max_24h:,.0f} recipients"
