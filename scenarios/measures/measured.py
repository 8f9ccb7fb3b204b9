"""A run of a scenario, measured against its account and its ideal sender."""

from __future__ import annotations

import numpy as np

from scenarios.delivery.tenancy import tenancy_of
from scenarios.entry import StrategyEntry
from scenarios.ledger.join import part_of
from scenarios.ledger.ledger import Ledger
from scenarios.measures.accounts import accounts_apart
from scenarios.measures.apart import apart
from scenarios.measures.bound import Bound
from scenarios.measures.cost import Prices
from scenarios.measures.delivery import Part, delivery_figures, inboxes_of
from scenarios.measures.metrics import at_once, measure
from scenarios.measures.month import month_of, overlapping
from scenarios.measures.shadow import shadow_of
from scenarios.measures.tenants import tenants_apart
from scenarios.measures.tiers import prices_of
from scenarios.schema.bill import Bill
from scenarios.schema.model import Scenario
from scenarios.traffic.slices import numbered_slices_of


def measured(scenario: Scenario, ledger: Ledger, ideal: Bound, prices: Prices) -> StrategyEntry:
    """One entry of `seslab/comparison/v1`; several workloads, lanes, accounts, and tenants are also told apart."""
    rate_per_s, burst = scenario.account.max_send_rate_per_s, at_once(scenario.account)
    of_run = prices_of(scenario, prices, ledger.usage.get("ses_recipients", 0.0))
    inboxes = inboxes_of(ledger, scenario.delivery, _parts(ledger, scenario))
    entry: StrategyEntry = {
        **_named(measure(ledger, rate_per_s, burst, ideal.makespan_s, of_run), scenario),
        **apart(ledger, scenario.workload),
        **delivery_figures(inboxes),
    }
    if accounts := accounts_apart(ledger, scenario, inboxes):
        entry = {**entry, "accounts": accounts}
    if tenants := tenants_apart(ledger, scenario, inboxes):
        entry = {**entry, "tenants": tenants}
    usd_per_recipient = of_run.by_kind["ses_recipients"].usd_per_unit
    if shadow := shadow_of(ledger, scenario.workload, usd_per_recipient):
        entry = {**entry, "shadow": shadow}
    if scenario.bill is None:
        return entry
    return _with_month(entry, scenario.bill, ledger, prices.replaced(scenario.prices))


def _parts(ledger: Ledger, scenario: Scenario) -> list[Part]:
    """Those of the accounts, and of the pool, whose mails were numbered by themselves."""
    delivery, seed = scenario.delivery, ledger.seed
    if delivery is None:
        return []
    if not ledger.accounts:
        numbers = np.arange(int(ledger.mails["mail"].max(initial=-1)) + 1)
        return [Part(ledger, tenancy_of(scenario, delivery, seed), numbers)]
    return [
        Part(part_of(ledger, numbers, None), tenancy_of(part, delivery, seed), numbers)
        for part, numbers in numbered_slices_of(scenario, seed).values()
    ]


def _named(entry: StrategyEntry, scenario: Scenario) -> StrategyEntry:
    """A variant says what it is a variant of."""
    name = entry["strategy"]
    return {**entry, "variant_of": scenario.strategy_of(name)} if name in scenario.variants else entry


def _with_month(entry: StrategyEntry, bill: Bill, ledger: Ledger, prices: Prices) -> StrategyEntry:
    month = month_of(bill, ledger, prices)
    if month is None:
        return entry
    return {**entry, "warnings": [*entry["warnings"], *overlapping(bill, month)], "month": month}
