"""Where runs are made: one interface, whether in processes of this machine or on a cluster."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Protocol

from reports.running.experiment import Job
from reports.running.parallel import Crew, Enough, Keep, Outcome, Progress, in_turn, never, nowhere
from scenarios.traffic.workload import arrivals

QUICK_MAILS = 20_000  # a simulation of so many is over before a process has started


class Executor(Protocol):
    """Makes runs side by side, one list of jobs after the other; what it has once started is warm."""

    def perform(self, jobs: Sequence[Job], progress: Progress, enough: Enough = never, keep: Keep = nowhere) -> Outcome:
        """`keep` is told each result as soon as it is there. After one that is `enough` no job is begun any more.

        Ctrl-C ends it gently, and what is done is in the outcome. Raises BadInput if a job did.
        """
        ...


class OwnProcesses:
    """As many as this machine has processors, started when there is more to do than starting them takes."""

    def __init__(self) -> None:
        self._crew: Crew | None = None

    def perform(self, jobs: Sequence[Job], progress: Progress, enough: Enough = never, keep: Keep = nowhere) -> Outcome:
        if self._crew is None and _are_quick(jobs):
            return in_turn(jobs, progress, enough, keep)
        if self._crew is None:
            self._crew = Crew(0)
        self._crew.grow(len(jobs))
        self._crew.work(jobs, progress, enough, keep)
        return self._crew.outcome()

    def close(self) -> None:
        """Ends the processes."""
        if self._crew is not None:
            self._crew.dismiss()
            self._crew = None


def _are_quick(jobs: Sequence[Job]) -> bool:
    """Counts no further than it must: mails are drawn, or read from a trace, to be counted."""
    mails = 0
    for job in jobs:
        mails += len(arrivals(job.scenario.workload, job.seed).recipients)
        if mails >= QUICK_MAILS:
            return False
    return True


@contextmanager
def own_processes() -> Iterator[Executor]:
    """For one command."""
    with closing(OwnProcesses()) as executor:
        yield executor
