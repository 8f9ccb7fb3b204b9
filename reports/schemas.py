"""The JSON Schemas of what seslab reads and writes, made from the types that it checks itself with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from reports.documents import (
    advice,
    bounces,
    calibration,
    comparison,
    diff,
    fit,
    gate,
    headroom,
    history,
    origin,
    plan,
    preflight,
    robustness,
    suppression,
    sweep,
    tracking,
    verification,
    warmup,
)
from reports.documents.reading import adapter
from reports.gate import baseline
from scenarios.growth import growth
from scenarios.schema.scenario_file import published, scenario_schema


def _of(kind: type, identifier: str) -> Callable[[], dict[str, Any]]:
    return lambda: published(identifier, adapter(kind).json_schema())


_SCHEMAS: Mapping[str, Callable[[], dict[str, Any]]] = {
    "scenario": scenario_schema,
    "comparison": _of(comparison.ComparisonDocument, comparison.SCHEMA),
    "robustness": _of(robustness.RobustnessDocument, robustness.SCHEMA),
    "headroom": _of(headroom.HeadroomDocument, headroom.SCHEMA),
    "advice": _of(advice.AdviceDocument, advice.SCHEMA),
    "sweep": _of(sweep.SweepDocument, sweep.SCHEMA),
    "fit": _of(fit.FitDocument, fit.SCHEMA),
    "gate": _of(gate.GateDocument, gate.SCHEMA),
    "diff": _of(diff.DiffDocument, diff.SCHEMA),
    "calibration": _of(calibration.CalibrationDocument, calibration.SCHEMA),
    "baseline": _of(baseline.Baseline, baseline.SCHEMA),
    "verification": _of(verification.VerificationDocument, verification.SCHEMA),
    "tracking": _of(tracking.TrackingDocument, tracking.SCHEMA),
    "history": _of(history.HistoryDocument, history.SCHEMA),
    "bounces": _of(bounces.BouncesDocument, bounces.SCHEMA),
    "suppression": _of(suppression.SuppressionDocument, suppression.SCHEMA),
    "warmup": _of(warmup.WarmupDocument, warmup.SCHEMA),
    "warmups": _of(warmup.WarmupsDocument, warmup.SEVERAL),
    "plan": _of(plan.PlanDocument, plan.SCHEMA),
    "plans": _of(plan.PlansDocument, plan.SEVERAL),
    "growth": lambda: published(growth.SCHEMA, growth.growth_schema()),
    "preflight": _of(preflight.PreflightDocument, preflight.SCHEMA),
    "origin": _of(origin.OriginDocument, origin.SCHEMA),
}
DOCUMENTS: tuple[str, ...] = tuple(_SCHEMAS)


def json_schema(name: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of one of `DOCUMENTS`."""
    return _SCHEMAS[name]()
