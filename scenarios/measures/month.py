"""What a month of a scenario costs: its runs, what is used between them, pods, and the plan of SES."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from scenarios.entry import MonthFigures
from scenarios.figures import USAGE
from scenarios.ledger.ledger import Ledger
from scenarios.measures.cost import Prices, cost
from scenarios.measures.tiers import tiers_of, usd_for
from scenarios.schema.bill import Bill
from scenarios.schema.prices import DEDICATED_IPS, FEES, POD_GB, POD_VCPU, RECIPIENTS
from strategies.presentation.words import count

A_DAY_HOURS = 24.0
HOURS = 730.0  # of a month: a twelfth of 8,760
QUIET = "quiet_"
"""Begins the keys of a ledger's usage that say what is used in an hour in which nothing is to be sent."""
PODS = "pods"
"""The key that says how many there are."""


def standing(usage_per_hour: Mapping[str, float], pods: int) -> dict[str, float]:
    """What a ledger's usage says besides the run's own."""
    return {**{f"{QUIET}{kind}": amount for kind, amount in usage_per_hour.items()}, PODS: float(pods)}


def month_of(bill: Bill, ledger: Ledger, prices: Prices) -> MonthFigures | None:
    """The month of a run; None where nothing is known of what is used between runs. `prices` are the scenario's."""
    if PODS not in ledger.usage:
        return None
    recipients = bill.runs_per_month * ledger.usage.get("ses_recipients", 0.0)
    busy_hours = bill.runs_per_month * ledger.ended_s / 3600
    quiet_usd_per_hour = cost({kind: ledger.usage.get(f"{QUIET}{kind}", 0.0) for kind in USAGE}, prices)
    parts = Parts(
        mails_usd=usd_for(recipients, tiers_of(prices.by_kind[RECIPIENTS[bill.plan]])),
        fees_usd=_fees_usd(bill, prices),
        services_usd=bill.runs_per_month * cost({**ledger.usage, "ses_recipients": 0.0}, prices),
        standing_usd=quiet_usd_per_hour * max(0.0, HOURS - busy_hours),
        pods_usd=ledger.usage[PODS] * HOURS * _pod_usd_per_hour(bill, prices),
    )
    return {
        "recipients": recipients,
        "mails_usd": parts.mails_usd,
        "fees_usd": parts.fees_usd,
        "services_usd": parts.services_usd,
        "standing_usd": parts.standing_usd,
        "pods_usd": parts.pods_usd,
        "total_usd": math.fsum(parts),
        "busy_hours": busy_hours,
        "quiet_usd_per_hour": quiet_usd_per_hour,
    }


class Parts(NamedTuple):
    """What a month's total is the sum of."""

    mails_usd: float
    fees_usd: float
    services_usd: float
    standing_usd: float
    pods_usd: float


def _fees_usd(bill: Bill, prices: Prices) -> float:
    fee = prices.by_kind[FEES[bill.plan]].usd_per_unit if bill.plan in FEES else 0.0
    return fee + bill.dedicated_ips * prices.by_kind[DEDICATED_IPS].usd_per_unit


def _pod_usd_per_hour(bill: Bill, prices: Prices) -> float:
    vcpu, memory_gb = prices.by_kind[POD_VCPU].usd_per_unit, prices.by_kind[POD_GB].usd_per_unit
    return bill.pod_vcpu * vcpu + bill.pod_memory_gb * memory_gb


def overlapping(bill: Bill, month: MonthFigures) -> tuple[str, ...]:
    """A sentence where runs one after another do not fit into a month; the rest of a last day is no overlap.

    It names no contender, so that what holds for all is said once.
    """
    if month["busy_hours"] <= HOURS + A_DAY_HOURS:
        return ()
    runs, hours = f"{bill.runs_per_month:,.6g}", count(month["busy_hours"])
    return (f"{runs} runs take {hours} of a month's {HOURS:g} hours: they overlap, and no hour is quiet",)
