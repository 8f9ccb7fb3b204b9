"""Makes the document of a search for headroom, finished or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reports.documents.headroom import (
    SCHEMA,
    Answer,
    HeadroomDocument,
    HeadroomEdge,
    HeadroomFailure,
    HeadroomPrice,
    HeadroomStep,
)
from reports.headroom.attempts import Attempt, Failure, Search
from reports.statistics.campaigns import CONFIDENCE, campaigns_share
from scenarios.hypotheses.sets import Chosen


def document(
    search: Search,
    span: tuple[float, float],
    attempts: Sequence[Attempt],
    is_finished: bool,
    price: HeadroomPrice | None,
) -> HeadroomDocument:
    """Plain data."""
    value = nearest_edge(search.quantity.present, attempts)
    limiters = limiters_of(search, [one.value for one in attempts] if value is None else [value])
    return {
        "schema": SCHEMA,
        "scenario": search.scenario.name,
        "seed": search.scenario.seed,
        "replications": search.replications,
        "contender": search.contender,
        "setting": search.quantity.name,
        "present": search.quantity.present,
        "low": span[0],
        "high": span[1],
        "hypotheses": [one.name for one in limiters.hypotheses],
        "left_out": [{"name": one.name, "why": one.why} for one in limiters.left_out],
        "answer": answer_of(attempts) if is_finished else "unfinished",
        "edges": edges_of(attempts),
        "value": value,
        "confidence": CONFIDENCE,
        # Each campaign has an edge of its own, and the value is not beyond the least of them: the search costs nothing.
        "campaigns_share": None if value is None else campaigns_share(search.replications),
        "steps": [_step(one) for one in attempts],
        "price": price,
    }


def limiters_of(search: Search, values: Sequence[float]) -> Chosen:
    """Those that the accounts at all these values have; without a value, those of the scenario's own account."""
    accounts = [search.at(value).account for value in values] or [search.scenario.account]
    sets = [search.limiters_of(account) for account in accounts]
    left_out = {one.name: one for some in sets for one in some.left_out}
    return Chosen([one for one in sets[0].hypotheses if one.name not in left_out], [*left_out.values()])


def answer_of(attempts: Sequence[Attempt]) -> Answer:
    """By the edges that were found, or by what all that was tried has answered."""
    if all(one.failure is not None for one in attempts):
        return "nowhere"
    sides = [edge["side"] for edge in edges_of(attempts)]
    return "between" if len(sides) == 2 else _ONE_SIDED[sides[0]] if sides else "everywhere"


_ONE_SIDED: Mapping[str, Answer] = {"most": "largest", "least": "smallest"}


def edges_of(attempts: Sequence[Attempt]) -> list[HeadroomEdge]:
    """The least and the most that holds, each where something beyond it fails."""
    held = [one.value for one in attempts if one.failure is None]
    if not held:
        return []
    least, most = min(held), max(held)
    below = [one.value for one in attempts if one.value < least]
    above = [one.value for one in attempts if one.value > most]
    edges: list[HeadroomEdge] = [{"side": "least", "value": least, "fails_at": max(below)}] if below else []
    return edges + ([{"side": "most", "value": most, "fails_at": min(above)}] if above else [])


def nearest_edge(present: float | None, attempts: Sequence[Attempt]) -> float | None:
    """The last value that holds, of two the one nearer to the present value; None where none is known."""
    values = [edge["value"] for edge in edges_of(attempts)]
    return min(values, key=lambda value: abs(value - (present or 0.0)), default=None)


def _step(one: Attempt) -> HeadroomStep:
    return {
        "value": one.value,
        "holds": one.failure is None,
        "runs": one.runs,
        "failure": None if one.failure is None else failure_of(one.failure),
    }


def failure_of(one: Failure) -> HeadroomFailure:
    """Plain data."""
    told: HeadroomFailure = {"hypothesis": one.hypothesis, "seed": one.seed, "threshold": one.threshold}
    return {**told, "refused_for_quota": one.refused_for_quota} if one.refused_for_quota else told
