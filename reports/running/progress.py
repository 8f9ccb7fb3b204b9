"""How far the runs of a command have come, on a terminal's standard error."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext

from reports.running.experiment import Job
from reports.terminal import err

Show = Callable[[int, float], None]
"""Shows the share of a job that is done."""


def progress(jobs: Sequence[Job]) -> AbstractContextManager[Show]:
    """Bars on a terminal that can move them, nothing anywhere else."""
    return _bars(jobs) if err.is_interactive else nullcontext(_nothing)


def _nothing(_number: int, _share: float) -> None:
    pass


@contextmanager
def _bars(jobs: Sequence[Job]) -> Iterator[Show]:
    from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:3.0f} %"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True) as bars:
        tasks: dict[int, TaskID] = {}  # of the jobs that have begun and are not done

        def show(number: int, share: float) -> None:
            if number not in tasks:
                tasks[number] = bars.add_task(_named(jobs[number]), total=1.0)
            bars.update(tasks[number], completed=share)
            if share >= 1.0:
                bars.remove_task(tasks.pop(number))

        yield show


def _named(job: Job) -> str:
    return f"{job.strategy} (seed {job.seed})"
