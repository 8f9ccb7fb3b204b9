"""What a tracker made of a run's events, as plain data."""

from __future__ import annotations

from dataclasses import asdict
from typing import cast

from reports.documents.tracking import SCHEMA, TrackerSettings, TrackingDocument
from scenarios.tracking.figures import figures_of
from scenarios.tracking.request import Tracked, TrackRequest


def document(request: TrackRequest, strategy: str, world: str, tracked: Tracked) -> TrackingDocument:
    """The tracking document."""
    figures = figures_of(request, tracked)
    return {
        "schema": SCHEMA,
        "scenario": request.scenario.name,
        "strategy": strategy,
        "world": world,
        "seed": request.seed,
        "settings": cast(TrackerSettings, asdict(request.plan.settings)),
        "tracker": figures,
        "holds": figures["right"] == 1.0 and not figures["lost"],
    }
