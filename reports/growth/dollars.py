"""What a month costs at each volume: of one run, and the prices of the plan's tiers."""

from __future__ import annotations

from reports.compare.bill import bill_of
from reports.figures.month_curves import curve_of
from reports.growth.document import Dollars
from reports.headroom.attempts import Perform, Search
from reports.running.experiment import jobs
from reports.running.parallel import never
from scenarios.schema.model import Scenario


def dollars_of(search: Search, scenario: Scenario, perform: Perform) -> Dollars:
    """Of a scenario's volumes; None for each month where it has no table [bill], or nothing is known of a month."""
    if scenario.bill is None:
        return lambda _factor: None
    run, prices, standing = search.simulation
    outcome = perform(jobs(run, scenario, [search.contender], 1, prices, None, standing=standing), never)
    entries = [result.entry for result in outcome.results]
    if not entries or "month" not in entries[0] or not entries[0]["recipients"]["submitted"]:
        return lambda _factor: None
    submitted = scenario.bill.runs_per_month * entries[0]["recipients"]["submitted"]
    curve = curve_of(bill_of(scenario, scenario.bill), entries[0]["month"], submitted)
    return lambda factor: curve.total_usd(factor * submitted)
