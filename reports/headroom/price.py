"""What a safe value costs beside the present one, under the scenario's own limiter."""

from __future__ import annotations

from reports.documents.headroom import HeadroomFigures, HeadroomPrice
from reports.headroom.attempts import Broken, Perform, Search
from reports.running.experiment import jobs
from reports.running.parallel import never
from reports.statistics.replications import combine
from scenarios.schema.model import Scenario


def price_of(search: Search, value: float, perform: Perform) -> HeadroomPrice:
    """Both by the same seeds. Raises Broken, or RunFailed."""
    return {
        "present": _figures(search, search.scenario, search.quantity.present, perform),
        "found": _figures(search, search.at(value), value, perform),
    }


def _figures(search: Search, scenario: Scenario, value: float | None, perform: Perform) -> HeadroomFigures:
    run, prices, _ = search.simulation
    many = jobs(run, scenario, [search.contender], search.replications, prices, None)
    outcome = perform(many, never)
    if outcome.interrupted:
        raise Broken
    if outcome.failure is not None:
        raise outcome.failure
    mean = combine([result.entry for result in outcome.results])
    recipients = mean["recipients"]
    return {
        "value": value,
        "lost": recipients["lost"] + recipients["dead_lettered"],
        "pending": recipients["pending"],
        "makespan_s": mean["makespan_s"],
        "efficiency": mean["efficiency"],
        "latency_p99_s": mean["latency_of_all_s"]["p99"],
        "cost_per_million_usd": mean["cost_per_million_usd"],
    }
