"""Few candidates on new campaigns, until it is known which is best, or that it does not matter which."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from reports.advise.assurance import GRAIN, Assurance, reach
from reports.advise.bench import Bench, End
from reports.advise.candidates import Candidate
from reports.statistics.intervals import mean_of
from reports.statistics.selection import FIRST, Rule, dropped, is_equal, is_over, latest, leader, rule_of, sureness
from scenarios.schema.thresholds import JudgedThreshold

MOST_CAMPAIGNS = 2_000
"""Whoever cannot be told apart in so many never will be in a time that anybody has."""


@dataclass(frozen=True)
class Loss:
    """Why a finalist is out: it did not meet a threshold, or was behind another one."""

    campaigns: int
    failed: JudgedThreshold | None = None
    behind: Candidate | None = None


@dataclass
class Finals:
    """The finalists, what each campaign came to, and who is out."""

    assurance: Assurance
    """Of this group alone: all groups share the error."""
    finalists: list[Candidate]
    values: dict[Candidate, list[float]] = field(default_factory=dict)
    besides: dict[Candidate, list[float]] = field(default_factory=dict)
    """In the same campaigns the figure that the first is weighed against."""
    out: dict[Candidate, Loss] = field(default_factory=dict)
    equals: list[Candidate] = field(default_factory=list)
    """Once it is decided: who is as good as the best, the choice first."""
    known: frozenset[int] = frozenset()
    """Campaigns, counted from 0, that the finalists had to come through in part to be that: they prove nothing more."""

    @property
    def is_decided(self) -> bool:
        return bool(self.equals)

    @property
    def failed(self) -> set[Candidate]:
        return {one for one, loss in self.out.items() if loss.failed}

    @property
    def alive(self) -> list[Candidate]:
        """Who may still be the choice; once it is decided the choice first."""
        if self.is_decided:
            return [one for one in self.equals if one not in self.failed]
        return [one for one in self.finalists if one not in self.out]

    @property
    def playing(self) -> list[Candidate]:
        """Who meets the next campaign: once it is decided only the choice, for what it meets to be surer."""
        return self.alive[:1] if self.is_decided else self.alive

    @property
    def campaigns(self) -> int:
        """That those who play have met."""
        return len(self.values.get(self.alive[0], ())) if self.alive else 0

    @property
    def shared(self) -> int:
        """The campaigns that all have met but those that failed in them."""
        return min((len(values) for one, values in self.values.items() if one not in self.failed), default=0)

    @property
    def best(self) -> Candidate | None:
        """The choice, or as long as it is not decided the leader; the first before the first campaign."""
        alive = self.alive
        if not alive or not self.campaigns or self.is_decided:
            return alive[0] if alive else None
        return _by_number(alive, leader(self._samples()))

    @property
    def rule(self) -> Rule:
        return self._rule_of(self.assurance.of_selection)

    @property
    def most_campaigns(self) -> int:
        """After how many it is decided at the latest, if they differ as much as those so far."""
        return latest(self._samples(), self.rule) if self.campaigns >= FIRST and not self.is_decided else 0

    @property
    def is_over(self) -> bool:
        """Whether the choice is known, and meets all as often as was asked for; or nobody is left."""
        if not self.alive or not self.is_decided:
            return not self.alive
        asked = self.assurance.campaigns_share
        return self.fresh >= FIRST and (asked is None or (self.campaigns_share or 0.0) >= asked)

    @property
    def fresh(self) -> int:
        """The campaigns of which nothing was known when the finalists became that."""
        return self.campaigns - sum(number < self.campaigns for number in self.known)

    @property
    def sure(self) -> float:
        """Of the choice and of its being admissible; what was asked for where the procedure came to its end."""
        asked = self.assurance.confidence
        if self.is_decided:
            return asked
        if not self.campaigns:
            return 0.0
        behind = sum(loss.behind is not None for loss in self.out.values())
        reached = sureness(self._samples(), self.rule, behind) - self.assurance.error_of_admission
        return min(asked, max(0.0, reached))

    @property
    def campaigns_share(self) -> float | None:
        """The least share of campaigns, under each hypothesis, in which the choice meets all, with the other half.

        Whoever meets all in a smaller share comes through n fresh campaigns with less than the error by the number of
        finalists; under its worst hypothesis alone, so that their number does not count.
        """
        if not self.campaigns:
            return None
        error = self.assurance.error_of_admission / len(self.finalists)
        return float(error ** (1 / self.fresh)) if self.fresh else 0.0

    def note(self, bench: Bench, seed: int) -> None:
        """A campaign that all who play have met."""
        for one in self.playing:
            met = bench.met(one, seed)
            assert met is not None
            if met.failed is not None:
                self.out[one] = Loss(len(self.values.get(one, ())), met.failed)
            else:
                self.values.setdefault(one, []).append(met.value)
                self.besides.setdefault(one, []).append(met.beside)
        if self.campaigns >= FIRST and not self.is_decided:
            self._drop()

    def _drop(self) -> None:
        alive, rule = self.alive, self.rule
        for loser, winner in dropped(self._samples(), rule).items():
            self.out[_by_number(alive, loser)] = Loss(self.campaigns, behind=_by_number(alive, winner))
        if is_over(self._samples(), rule):
            self.equals = self._equals()

    def _equals(self) -> list[Candidate]:
        """Of equals the one that is better in the other figure; then that which changes less: nobody gains by more."""
        best, rule = self.best, self._rule_of(1 - self.assurance.error_of_equality)
        assert best is not None
        rest = [one for one in self.values if one not in self.failed]
        equal = [one for one in rest if one == best or self._is_behind_nobody(one, rest, rule)]
        beside = {one: _mean(self.besides[one][: self.shared]) for one in equal}
        alike = reach(min(beside.values()), GRAIN)
        values = {one: _mean(self.values[one][: self.shared]) for one in equal}
        return sorted(equal, key=lambda one: (max(beside[one], alike), len(one.changes), one != best, values[one]))

    def _is_behind_nobody(self, one: Candidate, rest: Sequence[Candidate], rule: Rule) -> bool:
        """By more than the zone. The leader may itself be behind the best by less than that: it is not enough."""
        return all(is_equal(self.values[one], self.values[other], rule) for other in rest if other != one)

    def _rule_of(self, confidence: float) -> Rule:
        kept = [self.values[one][: self.shared] for one in self.alive if one in self.values]
        return rule_of(self.assurance.zone_of(kept), confidence, len(self.finalists) - 1)

    def _samples(self) -> dict[str, list[float]]:
        """By the finalists' numbers."""
        return {str(number): self.values[one] for number, one in enumerate(self.alive) if one in self.values}


def _mean(values: Sequence[float]) -> float:
    mean = mean_of(values)
    assert mean is not None
    return mean


def _by_number(alive: Sequence[Candidate], number: str) -> Candidate:
    return alive[int(number)]


def played(bench: Bench, finals: Finals, first: int, tell: Callable[[Finals], None]) -> None:
    """Campaign by campaign, of which that seed is the first. Raises what the bench does; what is whole is noted."""
    while not finals.is_over:
        if finals.campaigns == MOST_CAMPAIGNS:
            raise End("budget")
        seed = first + finals.campaigns
        bench.make([(one, number, seed) for one in finals.playing for number in bench.hardest_first()])
        finals.note(bench, seed)
        tell(finals)
