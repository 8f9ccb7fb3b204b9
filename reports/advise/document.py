"""Makes the document of a search, finished or not."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Literal

from reports.advise.bench import Met
from reports.advise.candidates import Candidate
from reports.advise.commands import commands
from reports.advise.demands import IMPLIED, is_judged
from reports.advise.dimensions import dimensions
from reports.advise.fared import (
    beside_choice,
    failure,
    finite,
    front_before,
    loss_of,
    met_before,
    met_in_finals,
    samples_of,
    seeds_of_finals,
    standing,
    unbeaten,
    worst_under,
)
from reports.advise.naming import named
from reports.advise.search import Search
from reports.advise.sentences import Figures, how_it_fared
from reports.documents.advice import (
    SCHEMA,
    AdviceAssurance,
    AdviceCandidate,
    AdviceDocument,
    AdviceEdge,
    AdviceFigures,
)
from scenarios.hypotheses.sets import LeftOut


def told(search: Search) -> list[Candidate]:
    """Whom the document tells of, best first: the choice, finalists, the front, each contender's best.

    And each contender as it is, where that fails: who uses it so asks for that first.
    """
    choice, finals = search.choice, search.finals

    def value(one: Candidate) -> float:
        return (met_in_finals(search, one) or met_before(search, one)).value

    alive = sorted(finals.alive, key=value) if finals else []
    out = [one for each in reversed(search.groups) for one in sorted(each.out, key=value)]
    best = [_best_of(search, name) for name in search.contenders]
    usual = [one for one in map(Candidate, search.contenders) if (met := _met(search, one)) and met.failed]
    rest = [one for one in search.ranked if one in {*front_before(search, search.admissible), *best, *usual}]
    return list(dict.fromkeys([*([choice] if choice else []), *alive, *out, *rest]))


def _met(search: Search, one: Candidate) -> Met | None:
    return search.bench.met(one, search.seed)


def _best_of(search: Search, contender: str) -> Candidate | None:
    """Of those that met everything, if any did: the figures of the others may still become worse."""
    return next((one for one in (*search.admissible, *search.ranked) if one.contender == contender), None)


def document(search: Search, left_out: Sequence[LeftOut]) -> AdviceDocument:
    """Plain data."""
    question = search.bench.question
    names = named(question.scenario, told(search), search.choice)
    before, finals = _before(search, names), _finals(search, names)
    candidates = [_candidate(search, one, names, before[one], finals.get(one)) for one in names]
    assurance, tried = _assurance(search), len(search.ranked)
    whole: AdviceDocument = {
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
            if is_judged(one, search.contenders)
        ],
        "ended": search.ended,
        "tried": tried,
        "runs": search.bench.budget.spent,
        "choice": names[search.choice] if search.choice else None,
        "assurance": assurance,
        "candidates": candidates,
        "notes": list(_notes(search)),
        "commands": [command for _, command in commands(candidates, assurance, search.seed)],
    }
    if tried < len(search.pool):
        whole["drawn"] = len(search.pool)
    return whole


def _campaigns(search: Search) -> int:
    return search.finals.campaigns if search.finals else 0


def _assurance(search: Search) -> AdviceAssurance:
    finals = search.finals
    is_known, asked = finals is not None and finals.campaigns > 0, search.bench.question.assurance.confidence
    return {
        "asked": asked,
        "reached": min(finals.sure, asked) if finals and is_known else 0.0,
        "zone": finals.rule.zone if finals and is_known else None,
        "finalists": len(finals.finalists) if finals and is_known else 0,
        "campaigns": _campaigns(search),
        "shared": finals.shared if finals else 0,
        "campaigns_share": finals.campaigns_share if finals else None,
    }


def _before(search: Search, some: Collection[Candidate]) -> dict[Candidate, AdviceFigures]:
    front = front_before(search, some)
    return {one: _before_of(search, one, one in front) for one in some}


def _before_of(search: Search, one: Candidate, is_on_front: bool) -> AdviceFigures:
    """What failed was not run under all hypotheses, of which one may be worse: its figures are not known."""
    met = met_before(search, one)
    if met.failed is not None and not search.bench.is_whole(one, search.seed):
        return {"value": None, "beside": None, "under": None, "is_on_front": False}
    figures = _figures(search, one, met, [search.seed], is_on_front)
    if not search.bench.is_whole(one, search.seed):
        figures["limiters"] = len(search.bench.runs[one, search.seed])
    return figures


def _finals(search: Search, some: Iterable[Candidate]) -> dict[Candidate, AdviceFigures]:
    mets = {one: met for one in some if (met := met_in_finals(search, one)) is not None}
    front = unbeaten(mets)
    return {one: _figures(search, one, met, seeds_of_finals(search), one in front) for one, met in mets.items()}


def _figures(search: Search, one: Candidate, met: Met, seeds: Iterable[int], is_on_front: bool) -> AdviceFigures:
    figures: AdviceFigures = {
        "value": finite(met.value),
        "beside": finite(met.beside),
        "under": worst_under(search, one, seeds),
        "is_on_front": is_on_front,
    }
    infinite: list[Literal["value", "beside"]] = [
        *(("value",) if math.isinf(met.value) else ()),
        *(("beside",) if math.isinf(met.beside) else ()),
    ]
    if infinite:
        figures["infinite"] = infinite
    return figures


def _candidate(
    search: Search, one: Candidate, names: Mapping[Candidate, str], before: AdviceFigures, finals: AdviceFigures | None
) -> AdviceCandidate:
    question = search.bench.question
    loss, choice = loss_of(search, one), search.choice
    bare: AdviceCandidate = {
        "name": names[one],
        "contender": one.contender,
        "changes": dict(one.changes),
        "edges": list(_edges(search, one)),
        "standing": standing(search, one),
        "before": before,
        "finals": finals,
        "samples": samples_of(search, one),
        "behind": names.get(loss.behind) if loss and loss.behind and one != choice else None,
        "failure": failure(search, one),
        "sentence": "",
    }
    if one.contender in question.scenario.variants:
        bare["variant_of"] = question.scenario.strategy_of(one.contender)
    both = beside_choice(search, one, choice) if choice else None
    zone = search.finals.rule.zone if search.finals and search.finals.campaigns else None
    shared = search.finals.shared if search.finals else 0
    return {**bare, "sentence": how_it_fared(bare, Figures(question.figure, question.beside), both, zone, shared)}


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
    for name, some in search.bench.question.demands.items():
        for one in some:
            if not is_judged(one, search.contenders):
                yield f"not judged: {name} ({one}), whose contender was not searched"
    finalists = len(search.fallen) + sum(len(group.finalists) for group in search.groups)
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
