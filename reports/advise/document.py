"""Makes the document of a search, finished or not."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from reports.advise.bench import Met
from reports.advise.candidates import Candidate
from reports.advise.commands import commands
from reports.advise.demands import IMPLIED, miss_in
from reports.advise.dimensions import dimensions
from reports.advise.front import front
from reports.advise.naming import named
from reports.advise.search import Search
from reports.advise.sentences import how_it_fared
from reports.documents.advice import (
    SCHEMA,
    AdviceAssurance,
    AdviceCandidate,
    AdviceDocument,
    AdviceEdge,
    AdviceFailure,
    Standing,
)
from reports.statistics.intervals import mean_of
from scenarios.hypotheses.sets import LeftOut


def told(search: Search) -> list[Candidate]:
    """Whom the document tells of, best first: the choice, finalists, the front, and each contender's best."""
    choice, finals = search.choice, search.finals
    alive = sorted(finals.alive, key=lambda one: _value(search, one)) if finals else []
    out = [one for group in reversed(search.groups) for one in sorted(group.out, key=lambda one: _value(search, one))]
    best = [next((one for one in search.ranked if one.contender == name), None) for name in search.contenders]
    rest = [one for one in search.ranked if one in {*on_front(search), *best}]
    return list(dict.fromkeys([*([choice] if choice else []), *alive, *out, *rest]))


def on_front(search: Search) -> list[Candidate]:
    """Of those that met everything under every hypothesis in the screening, and in the finals if they came so far."""
    failed = {one for group in search.groups for one, loss in group.out.items() if loss.failed}
    places = {one: _met(search, one)[1:3] for one in search.admissible if one not in failed}
    return front({one: (value, beside) for one, (value, beside) in places.items()})


def document(search: Search, left_out: Sequence[LeftOut]) -> AdviceDocument:
    """Plain data."""
    question = search.bench.question
    names = named(question.scenario, told(search), search.choice)
    candidates = _marked([_candidate(search, one, names) for one in names])
    return {
        "schema": SCHEMA,
        "scenario": question.scenario.name,
        "seed": search.seed,
        "figure": question.figure,
        "beside": question.beside,
        "hypotheses": [one.name for one in question.hypotheses],
        "left_out": [{"name": one.name, "why": one.why} for one in left_out],
        "contenders": list(search.contenders),
        "demands": [
            {
                "name": name,
                "expression": one,
                "is_implied": name == IMPLIED and name not in question.scenario.thresholds,
            }
            for name, some in question.demands.items()
            for one in some
        ],
        "ended": search.ended,
        "tried": len(search.pool),
        "runs": search.bench.budget.spent,
        "choice": names[search.choice] if search.choice else None,
        "assurance": _assurance(search),
        "candidates": candidates,
        "notes": list(_notes(search)),
        "commands": commands(candidates, search.seed) if search.choice else [],
    }


def _marked(candidates: Sequence[AdviceCandidate]) -> list[AdviceCandidate]:
    """With who is on the front by the figures that are told: the finals may have moved some."""
    places = {
        one["name"]: (one["value"], one["beside"])
        for one in candidates
        if one["failure"] is None and one["value"] is not None and one["beside"] is not None
    }
    marked = front(places)
    return [{**one, "is_on_front": one["name"] in marked} for one in candidates]


def _campaigns(search: Search) -> int:
    return search.finals.campaigns if search.finals else 0


def _assurance(search: Search) -> AdviceAssurance:
    finals = search.finals
    is_known = finals is not None and finals.campaigns > 0
    return {
        "asked": search.bench.question.assurance.confidence,
        "reached": finals.sure if finals and is_known else 0.0,
        "zone": finals.rule.zone if finals and is_known else None,
        "campaigns": _campaigns(search),
        "campaigns_share": finals.campaigns_share if finals else None,
    }


def _candidate(search: Search, one: Candidate, names: Mapping[Candidate, str]) -> AdviceCandidate:
    scenario, met = search.bench.question.scenario, _met(search, one)
    samples = next((group.values[one] for group in reversed(search.groups) if one in group.values), [])
    loss = next((group.out[one] for group in search.groups if one in group.out), None)
    bare: AdviceCandidate = {
        "name": names[one],
        "contender": one.contender,
        "changes": dict(one.changes),
        "edges": list(_edges(search, one)),
        "standing": standing(search, one),
        "value": _finite(_value(search, one)),
        "beside": _finite(met.beside),
        "under": _worst_under(search, one),
        "samples": samples,
        "behind": names.get(loss.behind) if loss and loss.behind else None,
        "failure": _failure(search, one, met),
        "is_on_front": False,
        "sentence": "",
    }
    if one.contender in scenario.variants:
        bare["variant_of"] = scenario.strategy_of(one.contender)
    choice = search.choice
    chosen = _value(search, choice) if choice else None
    zone = search.finals.rule.zone if search.finals and search.finals.campaigns else None
    return {**bare, "sentence": how_it_fared(bare, search.bench.question.figure, chosen, zone)}


def standing(search: Search, one: Candidate) -> Standing:
    """In one word."""
    if one == search.choice:
        return "chosen"
    loss = next((group.out[one] for group in search.groups if one in group.out), None)
    if loss is not None:
        return "failed" if loss.failed else "tied" if _is_indifferent(search, one) else "behind"
    if search.finals is not None and one in search.finals.alive:
        return "tied" if search.finals.is_decided else "unfinished"
    if _met(search, one).failed is not None:
        return "failed"
    return "screened" if search.ended == "decided" or search.groups else "unfinished"


def _is_indifferent(search: Search, one: Candidate) -> bool:
    """Whether it is behind by less than matters."""
    choice, finals = search.choice, search.finals
    if choice is None or finals is None:
        return False
    return abs(_value(search, one) - _value(search, choice)) <= finals.rule.zone


def _value(search: Search, one: Candidate) -> float:
    """Of the campaigns of the finals that all have met, where it came so far: nobody was chosen by them."""
    group = next((group for group in reversed(search.groups) if group.values.get(one)), None)
    mean = mean_of(group.values[one][: group.shared]) if group else _met(search, one).value
    return math.inf if mean is None else mean


def _met(search: Search, one: Candidate) -> Met:
    met = search.bench.met(one, search.seed)
    assert met is not None
    return met


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _worst_under(search: Search, one: Candidate) -> str | None:
    """None where all are alike, or not all have been met."""
    runs = search.bench.runs[one, search.seed]
    if len({met.value for met in runs.values()}) == 1:
        return None
    return search.bench.question.hypotheses[max(runs, key=lambda number: runs[number].value)].name


def _failure(search: Search, one: Candidate, met: Met) -> AdviceFailure | None:
    """In screening, or in the last campaign of its finals."""
    seed = search.seed
    for group in search.groups:
        if one in group.out and group.out[one].failed:
            seed = search.seed + 1 + len(group.values.get(one, ()))
            found = search.bench.met(one, seed)
            assert found is not None
            met = found
    if met.failed is None:
        return None
    runs = search.bench.runs[one, seed]
    under = max(runs, key=lambda number: runs[number].violation)
    return {
        "hypothesis": search.bench.question.hypotheses[under].name,
        "seed": seed,
        "threshold": met.failed,
        "miss": _finite(miss_in(met.violation)),
    }


def _edges(search: Search, one: Candidate) -> Iterator[AdviceEdge]:
    if not one.changes:
        return
    changes = dict(one.changes)
    for each in dimensions(search.bench.question.scenario, one.contender):
        if each.name in changes and (end := each.edge(changes[each.name])):
            yield {"setting": each.name, "end": end}


def _notes(search: Search) -> Iterator[str]:
    implied = [one for name, some in search.bench.question.demands.items() if name == IMPLIED for one in some]
    if implied and IMPLIED not in search.bench.question.scenario.thresholds:
        yield f"demanded besides the thresholds, so that nobody is best by sending less: {', '.join(implied)}"
    finalists = sum(len(group.finalists) for group in search.groups)
    if _campaigns(search) and len(search.pool) > finalists:
        yield (
            f"the probability is about the finalists; {len(search.pool) - finalists} of {len(search.pool)} candidates "
            "were left after one campaign, which proves nothing against those that met everything"
        )
    if _campaigns(search):
        yield (
            "it supposes that differences from campaign to campaign are about normal, and campaigns such as these: "
            "what happens more rarely was met by none"
        )
