"""Makes the document of a fit."""

from __future__ import annotations

from collections import defaultdict

from reports.documents.fit import SCHEMA, SURE, FitDocument, FittedExplanation, FittedParameter, Verdict
from reports.fit.open_questions import open_questions
from scenarios.inference.fit import Explanation, Fit, Interval
from scenarios.inference.suppositions import KINDS, Kind
from scenarios.inference.written import at_best, limiter, name_of, nominal


def document(fit: Fit, source: str, rate_per_s: float | None, left_out: int, others: int) -> FitDocument:
    """Plain data."""
    calls = fit.calls
    named_per_s, said = nominal(fit, rate_per_s), verdict(fit)
    return {
        "schema": SCHEMA,
        "source": source,
        "max_send_rate_per_s": rate_per_s,
        "calls": {
            "looked_at": len(calls.at_s),
            "left_out": left_out,
            "others": others,
            "refused": calls.refused,
            "recipients_accepted": calls.accepted_recipients,
            "lasted_s": round(float(calls.at_s[-1] - calls.at_s[0]), 6),
        },
        "verdict": said,
        "kinds": kinds(fit),
        "explanations": [_explanation(one, named_per_s) for one in fit.alive],
        "cannot_tell": open_questions(fit, rate_per_s, _likeliest(fit) if said == "decided" else None),
    }


def kinds(fit: Fit) -> dict[str, float]:
    """The probability of each kind, whatever its shards and costs."""
    weights: dict[str, float] = defaultdict(float)
    for one in fit.explanations:
        weights[one.supposition.kind] += one.weight
    return {kind: round(weights[kind], 6) for kind in KINDS}


def verdict(fit: Fit) -> Verdict:
    """Nothing is decided by calls that no limiter alone explains, nor by calls that all came out alike."""
    if not fit.calls.refused:
        return "no-refusals"
    if not fit.calls.accepted.any():
        return "no-acceptances"
    if not fit.is_explained:
        return "unexplained"
    return "decided" if kinds(fit)[_likeliest(fit)] >= SURE else "undecided"


def _likeliest(fit: Fit) -> Kind:
    by_kind = kinds(fit)
    return max(KINDS, key=lambda kind: by_kind[kind])


def _explanation(one: Explanation, rate_per_s: float) -> FittedExplanation:
    supposition = one.supposition
    return {
        "name": name_of(one),
        "kind": supposition.kind,
        "shards": supposition.shards,
        "refusals_cost": supposition.costly,
        "weight": round(one.weight, 6),
        "log_evidence": round(one.log_evidence, 3),
        "unexplained": one.unexplained,
        "rate_per_s": _parameter(one.rate_per_s),
        "capacity": _parameter(one.capacity),
        "refusal_cost": _parameter(one.refusal_cost),
        "limiter": limiter(one, at_best(one), rate_per_s).model_dump(exclude_unset=True),
    }


def _parameter(interval: Interval) -> FittedParameter:
    low, median, high, best = (float(f"{value:.6g}") for value in interval)
    return {"low": low, "median": median, "high": high, "best": best}
