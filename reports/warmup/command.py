"""What a warm-up comes to: planned, set before the providers, shown and kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from reports import terminal
from reports.documents.warmup import WarmupDocument
from reports.warmup import folder
from reports.warmup.document import document
from reports.warmup.sentences import sentences
from reports.warmup.table import table
from scenarios.errors import BadInput
from scenarios.measures.cost import Prices
from scenarios.schema.delivery.dedicated_ips import DedicatedIps
from scenarios.schema.delivery.delivery import Delivery
from scenarios.schema.model import Scenario
from scenarios.schema.scenario_file import as_toml
from scenarios.warmup.demand import ALL, Dealt, demand_of
from scenarios.warmup.keeping_warm import dollars, remembered
from scenarios.warmup.plan import Allowance, Day, plan
from scenarios.warmup.reception import Received, received

EXAMPLE = "[dedicated_ips] with number = 2"


def planned(
    scenario: Scenario, source: str, first: date, repeats_days: int | None, prices: Prices, dealt: Dealt = ALL
) -> WarmupDocument:
    """The plan's document. Raises BadInput where the scenario has no addresses of its own, or no mail."""
    ips = scenario.dedicated_ips
    if ips is None:
        raise BadInput(f"{source}: has no addresses to warm up; add a table {EXAMPLE}")
    demand = demand_of(scenario, first, repeats_days, dealt)
    if not len(demand.due_s):
        raise BadInput(f"{source}: nothing falls due in it; give it a workload before its horizon")
    allowance = Allowance(scenario.account.max_send_rate_per_s, scenario.account.max_24h_send)
    days = plan(ips, demand, first, allowance)
    reception = _received(scenario, ips, days)
    usd = dollars(scenario, ips, demand, prices)
    return document(
        scenario, ips, demand, days, reception, usd, remembered(ips, scenario.delivery or Delivery(), demand)
    )


def _received(scenario: Scenario, ips: DedicatedIps, days: Sequence[Day]) -> list[Received]:
    if scenario.delivery is None:
        return []
    made = []
    with terminal.following("what providers make of it") as show:
        for day, one in zip(days, received(scenario, scenario.delivery, ips, days), strict=True):
            show(day.on.isoformat())
            made.append(one)
    return made


def show_planned(
    scenario: Scenario,
    source: str,
    first: date,
    repeats_days: int | None,
    prices: Prices,
    as_json: bool,
    out: Path | None,
) -> None:
    """On standard output, and in a folder if one is given. Raises BadInput as `planned` does."""
    if out is not None:
        folder.prepare(out, [scenario.name])
    warmup = planned(scenario, source, first, repeats_days, prices)
    if out is not None:
        folder.save(out, warmup, as_toml(scenario))
    terminal.present(warmup, as_json, table(warmup), sentences(warmup))
