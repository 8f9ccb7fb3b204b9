"""What trackers made of a run's events, as plain data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import cast

from reports.documents.tracking import SCHEMA, TenantTracker, TrackerSettings, TrackingDocument
from scenarios.schema.model import Scenario
from scenarios.tracking.figures import Heard, figures_of, figures_of_tenant, figures_together


def document(scenario: Scenario, strategy: str, world: str, trackers: Mapping[str, Heard]) -> TrackingDocument:
    """The tracking document, of trackers by their accounts."""
    figures, first = figures_together([*trackers.values()]), next(iter(trackers.values())).request
    made: TrackingDocument = {
        "schema": SCHEMA,
        "scenario": scenario.name,
        "strategy": strategy,
        "world": world,
        "seed": first.seed,
        "settings": cast(TrackerSettings, asdict(first.plan.settings)),
        "tracker": figures,
        "holds": figures["right"] == 1.0 and not figures["lost"],
    }
    if scenario.accounts:
        made["accounts"] = [{"account": name, **figures_of(*one)} for name, one in trackers.items()]
    if scenario.tenants:
        made["tenants"] = list(_tenants(scenario, trackers))
    return made


def _tenants(scenario: Scenario, trackers: Mapping[str, Heard]) -> Iterator[TenantTracker]:
    """Account by account, each tenant in the order of the file."""
    for account, (request, tracked) in trackers.items():
        for number, name in enumerate(request.scenario.tenants, 1):
            whose = {"tenant": name, **({"account": account} if scenario.accounts else {})}
            yield cast(TenantTracker, {**whose, **figures_of_tenant(request, tracked, number)})
