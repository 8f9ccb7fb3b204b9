"""Makes the runs of a command in a terminal, and says how far they came when Ctrl-C ends it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from reports.running import parallel
from reports.running.executors import Executor, own_processes
from reports.running.experiment import Job, Result
from reports.running.progress import progress
from scenarios.errors import Interrupted


def perform(jobs: Sequence[Job], world: str, executor: Executor | None = None) -> parallel.Outcome:
    """Simulations by an executor, if none is given by processes of their own; real runs one after the other.

    These would disturb each other.
    """
    with progress(jobs) as show:
        if world != "sim":
            return parallel.in_turn(jobs, show)
        if executor is not None:
            return executor.perform(jobs, show)
        with own_processes() as own:
            return own.perform(jobs, show)


def whole(jobs: Sequence[Job], world: str, out: Path | None = None, executor: Executor | None = None) -> list[Result]:
    """The results of all jobs, where half of them would say nothing. Raises Interrupted, or RunFailed."""
    outcome = perform(jobs, world, executor)
    if outcome.interrupted:
        raise interrupted(outcome, jobs, out)
    if outcome.failure is not None:
        raise outcome.failure
    return outcome.results


def complete(outcome: parallel.Outcome, replications: int) -> list[Result]:
    """What there is to show: where runs have failed, the strategies of which all were made; of others what compares."""
    if outcome.failure is None:
        return _comparable(outcome.results) if outcome.interrupted and replications > 1 else outcome.results
    made = Counter(result.entry["strategy"] for result in outcome.results)
    return [result for result in outcome.results if made[result.entry["strategy"]] == replications]


def _comparable(results: Sequence[Result]) -> list[Result]:
    """Of those that Ctrl-C left, whole runs under the seeds that all strategies have met; all, if none is whole."""
    whole = [result for result in results if not result.entry["interrupted"]]
    by_strategy: dict[str, list[Result]] = {}
    for result in whole:
        by_strategy.setdefault(result.entry["strategy"], []).append(result)
    fewest = min(map(len, by_strategy.values()), default=0)
    return [one for some in by_strategy.values() for one in some[:fewest]] or list(results)


def interrupted(outcome: parallel.Outcome, jobs: Sequence[Job], out: Path | None) -> Interrupted:
    """How far it came, and where that is kept."""
    done = len(outcome.results)
    kept = f"; what was done is in {out}" if out is not None and done else ""
    begun, cut_off = (done + 1, f"; {outcome.cut_off}") if outcome.cut_off else (done, "")
    return Interrupted(f"interrupted: {begun} of {len(jobs)} runs begun or done{kept}{cut_off}")
