"""How candidates fared: of finalists in the finals, of all others in the one campaign before them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from reports.advise.bench import Met
from reports.advise.candidates import Candidate
from reports.advise.demands import miss_in
from reports.advise.finals import Finals, Loss
from reports.advise.search import Search
from reports.documents.advice import AdviceFailure, Standing
from reports.statistics.intervals import mean_of


class Beside(NamedTuple):
    """What a candidate and the choice came to in the campaigns that both met, of which there are so many.

    None of the finals: in the one before them. `changes`: by how many settings it changes more than the choice.
    """

    mine: Met
    chosen: Met
    campaigns: int
    changes: int

    @property
    def by(self) -> float:
        """How much more its figure is."""
        return self.mine.value - self.chosen.value


def group_of(search: Search, one: Candidate) -> Finals | None:
    """The finals that it was in; None if it was left before."""
    return next((group for group in search.groups if one in group.finalists), None)


def samples_of(search: Search, one: Candidate) -> list[float]:
    """Its figure in each campaign of the finals that it met and did not fail in."""
    group = group_of(search, one)
    return group.values.get(one, []) if group else []


def loss_of(search: Search, one: Candidate) -> Loss | None:
    """Why it is out of the finals, or did not come into them; None if it is not, or was left before."""
    group = group_of(search, one)
    return group.out.get(one) if group else search.fallen.get(one)


def met_before(search: Search, one: Candidate) -> Met:
    """What it came to in the campaign before the finals."""
    met = search.bench.met(one, search.seed)
    assert met is not None
    return met


def met_in_finals(search: Search, one: Candidate) -> Met | None:
    """The means of the campaigns that all finalists met; None of who failed in them or was in none of these finals."""
    finals = search.finals
    if finals is None or one not in finals.finalists or one in finals.failed or not finals.shared:
        return None
    return _mean([_at(search, one, seed) for seed in seeds_of_finals(search)])


def seeds_of_finals(search: Search) -> range:
    """Of the campaigns that all finalists met which did not fail."""
    return _seeds(search, search.finals.shared if search.finals else 0)


def beside_choice(search: Search, one: Candidate, choice: Candidate) -> Beside:
    """Chance that both met leaves the difference; chance that one of them met would be taken for one."""
    both = min(len(samples_of(search, each)) for each in (one, choice))
    seeds = _seeds(search, both) if both else [search.seed]
    mine, chosen = (_mean([_at(search, each, seed) for seed in seeds]) for each in (one, choice))
    return Beside(mine, chosen, both, len(one.changes) - len(choice.changes))


def worst_under(search: Search, one: Candidate, seeds: Iterable[int]) -> str | None:
    """The hypothesis under which the figure was worst most often; None where all are always alike."""
    found = Counter(worst for seed in seeds if (worst := _worst_in(search, one, seed)) is not None)
    return search.bench.question.hypotheses[found.most_common(1)[0][0]].name if found else None


def _worst_in(search: Search, one: Candidate, seed: int) -> int | None:
    runs = search.bench.runs[one, seed]
    if len({met.value for met in runs.values()}) == 1:
        return None
    return max(sorted(runs), key=lambda number: runs[number].value)


def front_before(search: Search, some: Collection[Candidate]) -> set[Candidate]:
    """Of the campaign before the finals, without those that failed later."""
    failed = {*search.fallen, *(one for group in search.groups for one in group.failed)}
    return unbeaten({one: met_before(search, one) for one in search.admissible if one in some and one not in failed})


def unbeaten(mets: Mapping[Candidate, Met]) -> set[Candidate]:
    """Those of which nobody is better in one figure without being worse in the other; of those alike the first."""
    return {
        one
        for number, (one, met) in enumerate(mets.items())
        if not any(_beats(other, met, at < number) for at, other in enumerate(mets.values()) if at != number)
    }


def _beats(one: Met, other: Met, is_first: bool) -> bool:
    mine, its = one[1:3], other[1:3]
    return is_first if mine == its else mine[0] <= its[0] and mine[1] <= its[1]


def standing(search: Search, one: Candidate) -> Standing:
    """In one word."""
    if one == search.choice:
        return "chosen"
    loss, group = loss_of(search, one), group_of(search, one)
    if loss is not None and loss.failed:
        return "failed"
    if group is not None and group is search.finals and one in group.alive:
        return "tied" if group.is_decided else "unfinished"
    if loss is not None:
        return "tied" if is_indifferent(search, one) else "behind"
    if met_before(search, one).failed is not None:
        return "failed"
    return "screened" if search.ended == "decided" or search.groups else "unfinished"


def is_indifferent(search: Search, one: Candidate) -> bool:
    """Whether it is behind by less than matters."""
    choice, finals = search.choice, search.finals
    if choice is None or finals is None or not finals.campaigns:
        return False
    return beside_choice(search, one, choice).by <= finals.rule.zone


def failure(search: Search, one: Candidate) -> AdviceFailure | None:
    """In the last campaign of the finals that it met, or in the one before them."""
    loss, seed = loss_of(search, one), search.seed
    if loss is not None and loss.failed:
        seed += 1 + loss.campaigns
    met = _at(search, one, seed)
    if met.failed is None:
        return None
    runs = search.bench.runs[one, seed]
    under = max(runs, key=lambda number: runs[number].violation)
    return {
        "hypothesis": search.bench.question.hypotheses[under].name,
        "seed": seed,
        "threshold": met.failed,
        "miss": finite(miss_in(met.violation)),
    }


def finite(value: float) -> float | None:
    """None for what a document cannot hold."""
    return value if math.isfinite(value) else None


def _seeds(search: Search, campaigns: int) -> range:
    return range(search.seed + 1, search.seed + 1 + campaigns)


def _at(search: Search, one: Candidate, seed: int) -> Met:
    met = search.bench.met(one, seed)
    assert met is not None
    return met


def _mean(campaigns: Sequence[Met]) -> Met:
    value, beside = mean_of([one.value for one in campaigns]), mean_of([one.beside for one in campaigns])
    assert value is not None
    assert beside is not None
    return Met(0.0, value, beside)
