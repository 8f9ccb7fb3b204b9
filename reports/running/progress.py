"""How far the runs of a command have come, on a terminal's standard error."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from reports.running.experiment import Job
from reports.terminal import err


@contextmanager
def progress(jobs: Sequence[Job]) -> Iterator[Callable[[int, float], None]]:
    """Bars on a terminal that can move them, nothing anywhere else; gives what shows a job's share."""
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:3.0f} %"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True, disable=not err.is_interactive) as bars:
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
