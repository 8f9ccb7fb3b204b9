"""Makes the runs of all laws, and of what is found in them a verdict on each."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from reports.documents.verification import SCHEMA, Check, VerificationDocument, VerifiedLaw
from reports.running.run_jobs import whole
from reports.statistics.intervals import interval, mean_of
from reports.verify.bench import Bench, Finding, Law

CONFIDENCE = 0.999
"""That all intervals hold at once: a right simulator fails under one seed of a thousand."""

Found = Sequence[tuple[Law, Sequence[Finding]]]


def document(laws: Iterable[Law], bench: Bench) -> VerificationDocument:
    """The verification document: plain data. Raises Interrupted, or RunFailed."""
    found = findings(laws, bench)
    by_chance = sum(len(one.samples) > 1 for _, some in found for one in some)
    confidence_each = 1 - (1 - CONFIDENCE) / max(1, by_chance)
    verified = [_law(law, some, confidence_each) for law, some in found]
    return {
        "schema": SCHEMA,
        "seed": bench.seed,
        "replications": bench.replications,
        "confidence": CONFIDENCE,
        "confidence_each": confidence_each,
        "laws": verified,
        "holds": all(check["holds"] for law in verified for check in law["checks"]),
    }


def findings(laws: Iterable[Law], bench: Bench) -> Found:
    """What the runs of each law came to; all runs are made side by side."""
    planned = [(law, list(law.experiments(bench))) for law in laws]
    results = iter(whole([job for _, some in planned for one in some for job in one.jobs], "sim"))
    return [
        (law, [finding for one in some for finding in one.find([next(results) for _ in one.jobs])])
        for law, some in planned
    ]


def _law(law: Law, found: Sequence[Finding], confidence_each: float) -> VerifiedLaw:
    checks = [_check(finding, confidence_each) for finding in found]
    return {"law": law.name, "about": law.about, "source": law.source, "checks": checks}


def _check(finding: Finding, confidence_each: float) -> Check:
    measured = mean_of(finding.samples) if all(map(math.isfinite, finding.samples)) else None
    band = None if measured is None else _interval(finding, measured, confidence_each)
    return {
        "what": finding.what,
        "unit": finding.unit,
        "least": finding.theory.least,
        "most": finding.theory.most,
        "measured": measured,
        "interval": None if band is None else list(band),
        "replications": len(finding.samples),
        "holds": band is not None and finding.theory.meets(*band),
    }


def _interval(finding: Finding, measured: float, confidence_each: float) -> tuple[float, float]:
    """Of the mean by Student's t; of a single run as far as it can be told apart."""
    if len(finding.samples) > 1:
        return interval(finding.samples, confidence_each)
    return measured - finding.resolution, measured + finding.resolution
