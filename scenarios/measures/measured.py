"""A run of a scenario, measured against its account and its ideal sender."""

from __future__ import annotations

from scenarios.delivery.tenancy import Tenancy, tenancy_of
from scenarios.entry import StrategyEntry
from scenarios.ledger.join import part_of
from scenarios.ledger.ledger import Ledger
from scenarios.measures.accounts import accounts_apart
from scenarios.measures.apart import apart
from scenarios.measures.bound import Bound
from scenarios.measures.cost import Prices
from scenarios.measures.delivery import delivery_figures
from scenarios.measures.metrics import at_once, measure
from scenarios.measures.month import month_of, overlapping
from scenarios.measures.shadow import shadow_of
from scenarios.measures.tiers import prices_of
from scenarios.schema.bill import Bill
from scenarios.schema.model import Scenario
from scenarios.traffic.slices import numbers_of, slices_of


def measured(scenario: Scenario, ledger: Ledger, ideal: Bound, prices: Prices) -> StrategyEntry:
    """One entry of `seslab/comparison/v1`; of several workloads, lanes or accounts each has figures of its own."""
    rate_per_s, burst = scenario.account.max_send_rate_per_s, at_once(scenario.account)
    of_run = prices_of(scenario, prices, ledger.usage.get("ses_recipients", 0.0))
    entry: StrategyEntry = {
        **_named(measure(ledger, rate_per_s, burst, ideal.makespan_s, of_run), scenario),
        **apart(ledger, scenario.workload),
        **delivery_figures(ledger, scenario.delivery, _parts(ledger, scenario)),
    }
    if accounts := accounts_apart(ledger, scenario):
        entry = {**entry, "accounts": accounts}
    usd_per_recipient = of_run.by_kind["ses_recipients"].usd_per_unit
    if shadow := shadow_of(ledger, scenario.workload, usd_per_recipient):
        entry = {**entry, "shadow": shadow}
    if scenario.bill is None:
        return entry
    return _with_month(entry, scenario.bill, ledger, prices.replaced(scenario.prices))


def _parts(ledger: Ledger, scenario: Scenario) -> list[tuple[Ledger, Tenancy]]:
    """Those of the accounts, and of the pool, whose mails were numbered by themselves."""
    delivery, seed = scenario.delivery, ledger.seed
    if delivery is None:
        return []
    if not ledger.accounts:
        return [(ledger, tenancy_of(scenario, delivery, seed))]
    slices = slices_of(scenario)
    return [
        (part_of(ledger, numbers, None), tenancy_of(slices[name], delivery, seed))
        for name, numbers in numbers_of(scenario, seed).items()
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
