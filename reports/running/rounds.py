"""The same mails sent again and again: what differs between the rounds is chance, and neither the load nor its seed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from reports.running.experiment import Gather, Job, Repeated, Runner, nothing
from scenarios.measures.cost import Prices
from scenarios.schema.model import Scenario

RunnerInto = Callable[[Path | None, bool], Runner]
"""What makes a run and leaves its own files in a folder, if there is one; told whether it is the last of all."""


class Rounds(Repeated):
    """Round by round, each strategy once, every second round backwards: what drifts meanwhile favours none of them."""

    def __init__(
        self,
        runner_into: RunnerInto,
        scenario: Scenario,
        strategies: Sequence[str],
        rounds: int,
        prices: Prices,
        out: Path | None,
        curves: Gather = nothing,
    ) -> None:
        first = Job(runner_into(out, False), scenario, "", scenario.seed, prices, out, curves=curves, round=1)
        super().__init__([replace(first, strategy=strategy) for strategy in strategies], rounds)
        self._runner_into = runner_into

    def _job(self, number: int) -> Job:
        """What the first round leaves is kept, as of replications that of the first seed."""
        before, turn = divmod(number, len(self._first))
        job = self._first[-1 - turn if before % 2 else turn]
        out = None if before else job.out
        return replace(job, runner=self._runner_into(out, number == len(self) - 1), out=out, round=before + 1)
