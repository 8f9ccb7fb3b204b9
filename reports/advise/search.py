"""The search: candidates all over the settings, then near the best of them, and at last the best against each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from reports.advise.assurance import shares
from reports.advise.bench import Bench, End
from reports.advise.candidates import Candidate, is_possible, near, spread
from reports.advise.dimensions import Dimension, dimensions
from reports.advise.finalists import FINALISTS, finalists, least_of
from reports.advise.finals import Finals, Loss, played
from reports.advise.screening import best_first, by_other_figure, by_other_figure_of_equals, screened
from reports.documents.advice import Ended
from scenarios.errors import BadInput, RunFailed
from strategies.presentation.words import counted
from strategies.settings import WrongSetting

SPREAD = 6
"""Candidates of each contender all over its settings, besides it as it is."""
WIDTHS = (0.4, 0.15)
"""How far candidates of each further round lie from those that they are near, as a share of what is searched."""
NEAR = 12
"""Candidates of each of those rounds."""
GOOD = 3
"""So many of the best are what they are near."""

Phase = Literal["spread", "near", "finals"]
Tell = Callable[[str], None]


@dataclass
class Search:
    """What was found so far: all candidates, and the groups of finalists, of which the last one counts."""

    bench: Bench
    contenders: Sequence[str]
    pool: list[Candidate] = field(default_factory=list)
    groups: list[Finals] = field(default_factory=list)
    fallen: dict[Candidate, Loss] = field(default_factory=dict)
    """Who would have been a finalist, but fails where finalists had failed before."""
    ended: Ended = "decided"
    failure: RunFailed | None = None
    """What a run failed of, where that ended it."""

    @property
    def seed(self) -> int:
        return self.bench.question.scenario.seed

    @property
    def finals(self) -> Finals | None:
        return self.groups[-1] if self.groups else None

    @property
    def ranked(self) -> list[Candidate]:
        """All that ran, best first by the campaign that all have met."""
        return best_first(self.bench, [one for one in self.pool if self.bench.met(one, self.seed)], self.seed)

    @property
    def choice(self) -> Candidate | None:
        """The best that is known to be admissible so far; None if there is none."""
        if self.finals is not None and self.finals.best is not None:
            return self.finals.best
        out = {*self.fallen, *(one for group in self.groups for one in group.out)}
        return next((one for one in self.admissible if one not in out), None)

    @property
    def admissible(self) -> list[Candidate]:
        """Those that met everything under every hypothesis in that campaign."""
        return [one for one in self.ranked if self._is_admissible(one)]

    def _is_admissible(self, one: Candidate) -> bool:
        met = self.bench.met(one, self.seed)
        return met is not None and met.failed is None and self.bench.is_whole(one, self.seed)


def searched(search: Search, tell: Tell) -> None:
    """To its end, or as far as the budget, Ctrl-C or a run that cannot be made lets it come. Raises BadInput."""
    generator = np.random.default_rng(search.seed)
    try:
        within = _within(search)
        _screen(search, _first(search, within, generator), "spread", tell)
        if not search.pool:
            raise BadInput(f"{', '.join(search.contenders)}: none of the settings that were tried suits the account")
        for width in WIDTHS:
            _screen(search, _nearer(search, within, width, generator), "near", tell)
        simplify(search, tell)
        _round_off(search, tell)
        play(search, tell)
    except End as end:
        search.ended = end.why
    except KeyboardInterrupt:
        search.ended = "interrupted"
    except RunFailed as failure:
        search.ended, search.failure = "failed", failure


def _within(search: Search) -> Mapping[str, Sequence[Dimension]]:
    """Of each contender whose settings suit the account; another one has none to be moved, and fails in its run."""
    within: dict[str, Sequence[Dimension]] = {}
    for contender in search.contenders:
        try:
            within[contender] = dimensions(search.bench.question.scenario, contender)
        except (WrongSetting, BadInput, RunFailed):
            within[contender] = ()
    return within


def _first(
    search: Search, within: Mapping[str, Sequence[Dimension]], generator: np.random.Generator
) -> Iterable[Candidate]:
    scenario = search.bench.question.scenario
    for contender in search.contenders:
        own = [Candidate(contender), *spread(scenario, contender, within[contender], SPREAD, generator)]
        yield from _possible(search, own)


def _nearer(
    search: Search, within: Mapping[str, Sequence[Dimension]], width: float, generator: np.random.Generator
) -> Iterable[Candidate]:
    """Near those that are best, or that are least far from being admissible."""
    scenario, good = search.bench.question.scenario, search.ranked[:GOOD]
    movable = [one for one in good if within[one.contender]]
    for number in range(NEAR if movable else 0):
        one = movable[number % len(movable)]
        yield from _possible(search, [near(scenario, one, within[one.contender], width, generator)])


def _possible(search: Search, some: Iterable[Candidate]) -> Iterable[Candidate]:
    return (one for one in some if is_possible(search.bench.question.scenario, one))


def _screen(search: Search, new: Iterable[Candidate], phase: Phase, tell: Tell) -> None:
    search.pool = list(dict.fromkeys([*search.pool, *new]))
    for _ in screened(search.bench, search.pool, search.seed, GOOD):
        tell(said(search, phase))


def simplify(search: Search, tell: Tell) -> None:
    """Undoes changes of the best, all of them or one after the other, where that is no worse by anything that matters.

    Each is tried once: all subsets of six would take as many runs as everything else.
    """
    best = search.ranked[0]
    best = _better(search, best, Candidate(best.contender), tell)
    for name, _ in best.changes:
        best = _better(search, best, best.without(name), tell)


def _better(search: Search, best: Candidate, other: Candidate, tell: Tell) -> Candidate:
    """Of two: the other one is given up as soon as it is known to be no better."""
    [*both] = dict.fromkeys([best, *_possible(search, [other])])
    search.pool = list(dict.fromkeys([*search.pool, *both]))
    for _ in screened(search.bench, both, search.seed, 1):
        tell(said(search, "near"))
    return best_first(search.bench, both, search.seed)[0]


def _round_off(search: Search, tell: Tell) -> None:
    """Equals of the best, the other end of the front, and one of each contender.

    Of equals one that is better in the other figure will be the choice. Who asks why a contender is not it gets a whole
    answer, be it of its most promising candidate only: to find its best takes many runs for what is not chosen.
    """
    if search.admissible:
        equals = by_other_figure_of_equals(least_of(search.bench, search.admissible, search.seed))
        for _ in screened(search.bench, search.pool, search.seed, FINALISTS, equals):
            tell(said(search, "near"))
    for _ in screened(search.bench, search.pool, search.seed, 1, by_other_figure):
        tell(said(search, "near"))
    for contender in search.contenders:
        own = [one for one in search.ranked if one.contender == contender]
        if own and not _is_told_of(search, own):
            search.bench.make([(own[0], number, search.seed) for number in search.bench.hardest_first()])
            tell(said(search, "near"))


def _is_told_of(search: Search, own: Sequence[Candidate]) -> bool:
    """Whether one is through with all hypotheses, or the most promising has failed: that it does is an answer."""
    met = search.bench.met(own[0], search.seed)
    return met is None or met.failed is not None or any(search.bench.is_whole(one, search.seed) for one in own)


def play(search: Search, tell: Tell) -> None:
    """Campaigns that no candidate was chosen by: those of the screening favour whoever was lucky in it."""
    tried: set[Candidate] = set()
    for share in shares():
        chosen = _next_finalists(search, tried, tell)
        if not chosen:
            return
        tried |= {*chosen}
        known = frozenset(campaign for campaign, _ in traps(search))
        search.groups.append(Finals(search.bench.question.assurance.part(share), chosen, known=known))
        played(search.bench, search.groups[-1], search.seed + 1, lambda _: tell(said(search, "finals")))
        if search.groups[-1].alive:
            return


def _next_finalists(search: Search, tried: set[Candidate], tell: Tell) -> list[Candidate]:
    """Of those that were not tried, and do not fail where others did: a run each tells, where finals take hundreds.

    What was left as worse than these is run under the rest of the hypotheses.
    """
    while True:
        rest = [one for one in search.pool if one not in tried]
        for _ in screened(search.bench, rest, search.seed, FINALISTS):
            tell(said(search, "near"))
        chosen = finalists(search.bench, [one for one in search.admissible if one not in tried], search.seed)
        fallen = _fallen(search, chosen)
        if not fallen:
            return chosen
        search.fallen |= fallen
        tried |= fallen.keys()
        tell(said(search, "near"))


def _fallen(search: Search, some: Sequence[Candidate]) -> dict[Candidate, Loss]:
    """Those that fail in one of the traps, and why."""
    fallen: dict[Candidate, Loss] = {}
    for campaign, hypothesis in traps(search):
        seed, left = search.seed + 1 + campaign, [one for one in some if one not in fallen]
        search.bench.make([(one, hypothesis, seed) for one in left])
        mets = ((one, search.bench.met(one, seed)) for one in left)
        fallen |= {one: Loss(campaign, met.failed) for one, met in mets if met is not None and met.failed is not None}
    return fallen


def traps(search: Search) -> list[tuple[int, int]]:
    """Campaigns of the finals, with the hypotheses under which finalists failed in them; where most did first."""
    met = [(loss.campaigns, one) for group in search.groups for one, loss in group.out.items() if loss.failed]
    return [trap for trap, _ in Counter((at, _hardest(search, one, at)) for at, one in met).most_common()]


def _hardest(search: Search, one: Candidate, campaign: int) -> int:
    runs = search.bench.runs[one, search.seed + 1 + campaign]
    return max(sorted(runs), key=lambda number: runs[number].violation)


def said(search: Search, phase: Phase) -> str:
    """How far it has come."""
    runs = f"{search.bench.budget.spent:,} runs"
    if phase == "finals" and search.finals is not None:
        most = search.finals.most_campaigns
        of = f" of {most:,} at most" if most > search.finals.campaigns else ""
        return f"{counted(len(search.finals.playing), 'finalist')}, {search.finals.campaigns:,} campaigns{of}, {runs}"
    ranked = search.ranked
    best = search.bench.met(ranked[0], search.seed) if ranked else None
    least = "" if ranked and search.bench.is_whole(ranked[0], search.seed) else "≥ "
    far = "nothing admissible yet" if best is None or best.failed else f"best so far {least}{best.value:.4g}"
    return f"{len(search.pool)} candidates, {runs}, {far}"
