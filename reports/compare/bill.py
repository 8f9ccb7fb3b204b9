"""How a month is billed, as a comparison keeps it: what its picture is drawn from again."""

from __future__ import annotations

from reports.documents.comparison import BillTable
from scenarios.measures.cost import load_prices
from scenarios.measures.month import HOURS
from scenarios.measures.tiers import tiers_of
from scenarios.schema.bill import Bill
from scenarios.schema.model import Scenario
from scenarios.schema.prices import RECIPIENTS


def bill_of(scenario: Scenario, bill: Bill) -> BillTable:
    """The scenario's bill, with the prices of its plan, as plain data."""
    prices = load_prices().replaced(scenario.prices)
    tiers = tiers_of(prices.by_kind[RECIPIENTS[bill.plan]])
    return {
        "plan": bill.plan,
        "runs_per_month": bill.runs_per_month,
        "hours": HOURS,
        "tiers": [{"above": above, "usd_per_recipient": usd} for above, usd in tiers],
    }


def said_of(bill: BillTable) -> str:
    """What a reader must know of a month's price."""
    return f"a month: {_runs(bill['runs_per_month'])} and no other mail, plan {bill['plan']}"


def _runs(runs: float) -> str:
    return "1 run" if runs == 1 else f"{runs:,.12g} runs"
