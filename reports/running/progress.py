"""How far the runs of a command have come, on a terminal's standard error."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING

from reports.running.experiment import Job
from reports.terminal import err

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

Show = Callable[[int, float], None]
"""Shows the share of a job that is done."""

MOST_BARS = 20  # of more runs each is short, and what counts is how many are done


def progress(jobs: Sequence[Job]) -> AbstractContextManager[Show]:
    """Bars on a terminal that can move them, nothing anywhere else."""
    if not err.is_interactive:
        return nullcontext(_nothing)
    return _bars(jobs) if len(jobs) <= MOST_BARS else _one_bar(len(jobs))


def _nothing(_number: int, _share: float) -> None:
    pass


@contextmanager
def _bars(jobs: Sequence[Job]) -> Iterator[Show]:
    """One for each job that has begun and is not done."""
    with _moving() as bars:
        tasks: dict[int, TaskID] = {}

        def show(number: int, share: float) -> None:
            if number not in tasks:
                tasks[number] = bars.add_task(_named(jobs[number]), total=1.0)
            bars.update(tasks[number], completed=share)
            if share >= 1.0:
                bars.remove_task(tasks.pop(number))

        yield show


@contextmanager
def _one_bar(runs: int) -> Iterator[Show]:
    """One for all jobs together."""
    with _moving() as bars:
        task, done = bars.add_task(f"{runs:,} runs", total=runs), set[int]()

        def show(number: int, share: float) -> None:
            if share >= 1.0:
                done.add(number)
                bars.update(task, completed=len(done))

        yield show


def _moving() -> Progress:
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:3.0f} %"),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=err, transient=True)


def _named(job: Job) -> str:
    return f"{job.strategy} ({f'seed {job.seed}' if job.round is None else f'round {job.round}'})"
