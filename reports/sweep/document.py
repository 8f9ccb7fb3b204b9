"""Makes the document of a sweep from its rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isnan
from statistics import median

from reports.documents.sweep import SCHEMA, SweepDocument, SweptCell, SweptDimension, SweptEffect
from reports.sweep.again import command_of
from reports.sweep.campaign import Sweep, Swept, run_of
from reports.sweep.dimensions import Dimension
from reports.sweep.sensitivity import indices, missing, rough, spans
from reports.sweep.unmoved import unmoved
from scenarios.measures.warnings import concerns

FEW = 2  # dimensions: so many a picture shows whole


def document(sweep: Sweep, swept: Swept) -> SweepDocument:
    """Plain data; cells of which no run was made are left out."""
    cells = [] if sweep.design == "sobol" else list(_cells(sweep, swept))
    has_effects = sweep.design == "sample" or (sweep.design == "grid" and len(sweep.dimensions) > FEW)
    told: SweepDocument = {
        "schema": SCHEMA,
        "scenario": sweep.scenario.name,
        "design": sweep.design,
        "seed": sweep.scenario.seed,
        "replications": sweep.replications,
        "figure": sweep.figure,
        "dimensions": [_dimension(one, sweep.design) for one in sweep.dimensions],
        "contenders": [*sweep.contenders],
        "runs": swept.runs,
        "runs_made": len(swept.rows),
        "cells": cells,
        "effects": list(_effects(sweep, cells)) if has_effects else [],
        "notes": [
            *sweep.notes,
            *(f"in some run {one}" for one in swept.rows.warnings if concerns(one, sweep.figure)),
            *unmoved(sweep, swept.rows),
        ],
    }
    if sweep.design == "sobol":
        told["sensitivity"] = list(indices(sweep, swept))
        told["spans"] = list(spans(sweep, swept))
        told["notes"] += [*missing(sweep, swept), *rough(told["sensitivity"])]
    return told


def _dimension(one: Dimension, design: str) -> SweptDimension:
    low, high = one.span or (None, None)
    return {"key": one.name, "values": [] if design != "grid" and one.span else [*one.values], "low": low, "high": high}


def _cells(sweep: Sweep, swept: Swept) -> Iterator[SweptCell]:
    rows, figure = swept.rows, swept.rows.figure(sweep.figure)
    incomplete = list(rows.is_incomplete()) if len(rows) else []
    of_cell: dict[tuple[int, int], list[int]] = {}
    for place, number in enumerate(rows.numbers):
        run = run_of(sweep, number)
        of_cell.setdefault((run.point, run.contender), []).append(place)
    for (point, contender), places in of_cell.items():
        yield _cell(
            sweep,
            (point, contender),
            [figure[place] for place in places],
            sum(incomplete[place] for place in places),
            [rows.met[place] for place in places],
        )


def _cell(
    sweep: Sweep, at: tuple[int, int], values: Sequence[float], incomplete: int, met: Sequence[bool | None]
) -> SweptCell:
    name, known = sweep.contenders[at[1]], [value for value in values if not isnan(value)]
    return {
        "contender": name,
        "values": [*sweep.points[at[0]].values],
        "runs": len(values),
        "incomplete_runs": incomplete,
        "met_runs": None if None in met else sum(map(bool, met)),
        "median": median(known) if len(known) == len(values) else None,
        "least": min(known, default=None),
        "greatest": max(known, default=None),
        "command": command_of(sweep, at[0], name, sweep.scenario.seed),
    }


def _effects(sweep: Sweep, cells: Sequence[SweptCell]) -> Iterator[SweptEffect]:
    for name in sweep.contenders:
        own = [(cell["values"], cell["median"]) for cell in cells if cell["contender"] == name]
        known = [(values, value) for values, value in own if value is not None]
        for place, one in enumerate(sweep.dimensions):
            pairs = [(float(values[place]), value) for values, value in known] if one.is_numeric else []
            yield {"contender": name, "key": one.name, "rank_correlation": _spearman(pairs)}


def _spearman(pairs: Sequence[tuple[float, float]]) -> float | None:
    """None where one of the two never differs."""
    if any(len(set(some)) < 2 for some in zip(*pairs, strict=True)) or not pairs:
        return None
    from scipy.stats import spearmanr

    return float(spearmanr(*zip(*pairs, strict=True)).statistic)
