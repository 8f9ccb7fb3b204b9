"""Where candidates are run: what was asked, what each run came to, and what that leaves of the budget."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from reports.advise.assurance import Assurance
from reports.advise.candidates import Candidate
from reports.advise.demands import Demands, demands_of, figures_of, known, unmet, violation
from reports.robust.cells import ranked_by
from reports.robust.trials import Simulation
from reports.running.experiment import Job, Result
from reports.running.parallel import Enough, Outcome
from scenarios.figures import by_its_word, figure_of, is_of_month
from scenarios.hypotheses.hypothesis import Hypothesis, under
from scenarios.schema.model import Scenario
from scenarios.schema.thresholds import JudgedThreshold

Perform = Callable[[Sequence[Job], Enough], Outcome]
COST, LATENCY = "cost_per_million_usd", "latency_of_all_s.p99"


class Question(NamedTuple):
    """What is asked: the scenario ranks by the figure that is to be small, under every hypothesis."""

    scenario: Scenario
    hypotheses: Sequence[Hypothesis]
    simulation: Simulation
    assurance: Assurance

    @property
    def figure(self) -> str:
        return ranked_by(self.scenario)

    @property
    def beside(self) -> str:
        """The figure that the first is weighed against: of a price the latency, of everything else the price."""
        return LATENCY if self.figure.endswith("_usd") or is_of_month(self.figure) else COST

    @property
    def demands(self) -> Demands:
        return demands_of(self.scenario)


class Met(NamedTuple):
    """What a run came to; of several the worst of each. `failed` is the farthest threshold that was not met."""

    violation: float
    value: float
    beside: float
    failed: JudgedThreshold | None = None


class End(Exception):
    """The search ends before its end."""

    def __init__(self, why: Literal["budget", "interrupted"]) -> None:
        self.why = why


@dataclass
class Budget:
    """What may be spent: so many runs, and until a moment of a clock; None is as much as it takes."""

    runs: int | None
    until_s: float | None
    clock: Callable[[], float]
    spent: int = 0

    @property
    def is_late(self) -> bool:
        return self.until_s is not None and self.clock() >= self.until_s

    @property
    def left(self) -> int | None:
        return None if self.runs is None else self.runs - self.spent


Asked = tuple[Candidate, int, int]
"""A candidate, the number of a hypothesis, and a seed."""


@dataclass
class Bench:
    """All runs so far, each made once."""

    question: Question
    perform: Perform
    budget: Budget
    runs: dict[tuple[Candidate, int], dict[int, Met]] = field(default_factory=dict)
    hardness: list[int] = field(default_factory=list)
    """How often each hypothesis was the one that a candidate fared worst under."""
    _worlds: dict[tuple[Candidate, int], Scenario] = field(default_factory=dict)
    _standing: dict[Candidate, Mapping[str, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.hardness = [0] * len(self.question.hypotheses)

    def met(self, one: Candidate, seed: int) -> Met | None:
        """The worst so far of a campaign; None before its first run."""
        runs = self.runs.get((one, seed))
        return worst(list(runs.values())) if runs else None

    def is_whole(self, one: Candidate, seed: int) -> bool:
        """Whether it was made under every hypothesis."""
        return len(self.runs.get((one, seed), ())) == len(self.question.hypotheses)

    def hardest_first(self) -> list[int]:
        return sorted(range(len(self.hardness)), key=lambda number: -self.hardness[number])

    def make(self, asked: Sequence[Asked]) -> None:
        """Those that are not made yet. Raises End where only a part could be made, BadInput, RunFailed."""
        new = [one for one in dict.fromkeys(asked) if one[1] not in self.runs.get((one[0], one[2]), ())]
        left = self.budget.left
        part = new if left is None else new[: max(0, left)]
        if part and not self.budget.is_late:
            self._make(part)
        if len(part) < len(new) or (new and self.budget.is_late):
            raise End("budget")

    def _make(self, asked: Sequence[Asked]) -> None:
        outcome = self.perform([self._job(*one) for one in asked], lambda _: self.budget.is_late)
        self.budget.spent += len(outcome.results)
        for number, result in zip(outcome.numbers, outcome.results, strict=True):
            if not result.entry["interrupted"]:
                self._note(asked[number], result)
        if outcome.interrupted:
            raise End("interrupted")
        if outcome.failure is not None:
            raise outcome.failure

    def _note(self, asked: Asked, result: Result) -> None:
        one, hypothesis, seed = asked
        runs = self.runs.setdefault((one, seed), {})
        runs[hypothesis] = met_of(self.question, result)
        if runs[hypothesis].violation or len(runs) == len(self.hardness):
            self.hardness[max(runs, key=lambda number: runs[number][:2])] += 1

    def _job(self, one: Candidate, hypothesis: int, seed: int) -> Job:
        run, prices, _ = self.question.simulation
        world = self._worlds.setdefault(
            (one, hypothesis), under(one.world(self.question.scenario), self.question.hypotheses[hypothesis])
        )
        return Job(run, world, one.contender, seed, prices, standing=self._standing_of(one))

    def _standing_of(self, one: Candidate) -> Mapping[str, float]:
        """A quiet hour takes time, and most questions need none."""
        question = self.question
        if not any(map(is_of_month, (question.figure, *figures_of(question.demands)))):
            return {}
        if one not in self._standing:
            self._standing[one] = question.simulation.standing(one.world(question.scenario), one.contender)
        return self._standing[one]


def met_of(question: Question, result: Result) -> Met:
    """What one run came to."""
    entry = result.entry
    failed = unmet(question.demands, entry)
    value, beside = (known(figure_of(entry, by_its_word(one, entry))) for one in (question.figure, question.beside))
    return Met(violation(failed, entry), value, beside, failed[0] if failed else None)


def worst(runs: Sequence[Met]) -> Met:
    """Of each the worst; figures need not be so under the same hypothesis."""
    farthest = max(runs, key=lambda one: one.violation)
    return Met(farthest.violation, max(one.value for one in runs), max(one.beside for one in runs), farthest.failed)
