"""A row for each run: its figures in columns, and whether all that the scenario demands was met."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from math import nan

from reports.running.experiment import Result
from reports.statistics.told_once import shape_of
from scenarios.figures import figures_of
from scenarios.schema.model import Scenario
from scenarios.schema.thresholds import Threshold, judged
from scenarios.verdicts import PASS

MISSING = ("recipients.lost", "recipients.dead_lettered", "recipients.pending")


class Rows:
    """Figures by name, NaN where a run has none: a hundred runs take what one of their documents does."""

    def __init__(self, demands: Sequence[Threshold]) -> None:
        self._demands = demands
        self.numbers: list[int] = []
        self.digests: list[str] = []
        self.met: list[bool | None] = []
        self._figures: dict[str, array[float]] = {}
        self._warnings: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self.numbers)

    def add(self, number: int, result: Result, scenario: Scenario) -> None:
        """The run of that number, which comes after those that are there."""
        entry = result.entry
        verdicts = judged(scenario.thresholds, [entry])
        bound = {f"bound.{name}": value for name, value in result.bound._asdict().items()}
        for name, value in {**figures_of(entry), **bound}.items():
            column = self._figures.setdefault(name, array("d"))
            column.extend([nan] * (len(self) - len(column)))
            column.append(nan if value is None else value)
        for warning in entry["warnings"]:
            self._warnings.setdefault(shape_of(warning), warning)
        self.numbers.append(number)
        self.digests.append(entry["digest"])
        self.met.append(all(one["verdict"] == PASS for one in verdicts) if verdicts else None)

    @property
    def warnings(self) -> list[str]:
        """What some run says before its figures are believed: the first of each shape, as numbers differ by run."""
        return [*self._warnings.values()]

    @property
    def names(self) -> list[str]:
        """Of the figures, in the order of their documents."""
        return [*self._figures]

    def figure(self, name: str) -> array[float]:
        """One for each run; NaN where there is none."""
        column = self._figures.get(name, array("d"))
        column.extend([nan] * (len(self) - len(column)))
        return column

    def is_incomplete(self) -> Iterator[bool]:
        """Whether some mail of a run was not accepted, run by run."""
        return (any(some) for some in zip(*map(self.figure, MISSING), strict=True))
