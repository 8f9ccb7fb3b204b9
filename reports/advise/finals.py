"""Few candidates on new campaigns, until it is known which is best, or that it does not matter which."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from reports.advise.assurance import Assurance
from reports.advise.bench import Bench, Ended
from reports.advise.candidates import Candidate
from reports.statistics.selection import FIRST, Rule, dropped, is_over, leader, rule_of, sureness
from scenarios.schema.thresholds import JudgedThreshold

MOST_CAMPAIGNS = 10_000
"""Whoever cannot be told apart in so many is as good, whatever the indifference zone is."""


@dataclass(frozen=True)
class Loss:
    """Why a finalist is out: it did not meet a threshold, or was behind another one."""

    campaigns: int
    failed: tuple[str, JudgedThreshold] | None = None
    behind: Candidate | None = None


@dataclass
class Finals:
    """The finalists, what each campaign came to, and who is out. `zone` is that of the figure once it is known."""

    assurance: Assurance
    finalists: list[Candidate]
    entered: int
    """How many have been finalists so far, those of earlier groups among them."""
    values: dict[Candidate, list[float]] = field(default_factory=dict)
    out: dict[Candidate, Loss] = field(default_factory=dict)
    zone: float | None = None
    is_decided: bool = False

    @property
    def alive(self) -> list[Candidate]:
        return [one for one in self.finalists if one not in self.out]

    @property
    def campaigns(self) -> int:
        return max((len(self.values.get(one, ())) for one in self.alive), default=0)

    @property
    def shared(self) -> int:
        """The campaigns that all have met but those that failed in them."""
        failed = {one for one, loss in self.out.items() if loss.failed}
        return min((len(values) for one, values in self.values.items() if one not in failed), default=0)

    @property
    def best(self) -> Candidate | None:
        """The leader; None before the first campaign."""
        alive = self.alive
        if not alive or not self.campaigns:
            return alive[0] if alive else None
        return _by_number(alive, leader(self._samples()))

    @property
    def rule(self) -> Rule:
        zone = self.assurance.zone_of(list(self._samples().values())) if self.zone is None else self.zone
        return rule_of(zone, self.assurance.of_selection, len(self.finalists) - 1)

    @property
    def sure(self) -> float:
        """Of the choice and of its being admissible; what was asked for where the procedure came to its end."""
        if self.is_decided:
            return self.assurance.confidence
        if not self.campaigns:
            return 0.0
        behind = sum(loss.behind is not None for loss in self.out.values())
        admissible = (1 - self.assurance.confidence) / 2
        return max(0.0, sureness(self._samples(), self.rule, behind) - admissible)

    @property
    def campaigns_share(self) -> float | None:
        """The least share of campaigns, under each hypothesis, in which the choice meets all, with the other half.

        Whoever meets all in a smaller share comes through n campaigns with less than the error by the number of
        finalists; under its worst hypothesis alone, so that their number does not count.
        """
        if not self.campaigns:
            return None
        error = (1 - self.assurance.confidence) / 2
        return float((error / self.entered) ** (1 / self.campaigns))

    def note(self, bench: Bench, seed: int) -> None:
        """A campaign that all who are in have met."""
        for one in self.alive:
            met = bench.met(one, seed)
            assert met is not None
            if met.failed is not None:
                self.out[one] = Loss(self.campaigns, (_where_it_failed(bench, one, seed), met.failed))
            else:
                self.values.setdefault(one, []).append(met.value)
        if self.campaigns >= FIRST and self.alive:
            self._drop()

    def _drop(self) -> None:
        samples = self._samples()
        if self.zone is None:
            self.zone = self.assurance.zone_of(list(samples.values()))
        alive, rule = self.alive, self.rule
        for loser, winner in dropped(samples, rule).items():
            self.out[_by_number(alive, loser)] = Loss(self.campaigns, behind=_by_number(alive, winner))
        self.is_decided = is_over(self._samples(), rule)

    def _samples(self) -> dict[str, list[float]]:
        """By the finalists' numbers."""
        return {str(number): self.values[one] for number, one in enumerate(self.alive) if one in self.values}


def _by_number(alive: Sequence[Candidate], number: str) -> Candidate:
    return alive[int(number)]


def _where_it_failed(bench: Bench, one: Candidate, seed: int) -> str:
    runs = bench.runs[one, seed]
    return bench.question.hypotheses[max(runs, key=lambda number: runs[number].violation)].name


def played(bench: Bench, finals: Finals, seed: int, tell: Callable[[Finals], None]) -> None:
    """Campaign by campaign from that seed on. Raises what the bench does; what is whole is noted."""
    while finals.alive and not finals.is_decided:
        if finals.campaigns == MOST_CAMPAIGNS:
            raise Ended("budget")
        asked = [(one, number, seed) for one in finals.alive for number in bench.hardest_first()]
        bench.make(asked)
        finals.note(bench, seed)
        tell(finals)
        seed += 1
