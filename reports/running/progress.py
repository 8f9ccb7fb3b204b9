"""How far the runs of a command have come, on a terminal's standard error."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from reports.running.experiment import Job
from reports.terminal import err


@contextmanager
def progress(jobs: Sequence[Job]) -> Iterator[Callable[[int, float], None]]:
    """Bars on a terminal that can move them, nothing anywhere else; gives what shows a job's share."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:3.0f} %"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True, disable=not err.is_interactive) as bars:
        tasks = [
            bars.add_task(f"{job.strategy} (seed {job.seed})", total=1.0, start=False, visible=False) for job in jobs
        ]

        def show(number: int, share: float) -> None:
            bars.start_task(tasks[number])
            bars.update(tasks[number], completed=share, visible=share < 1.0)

        yield show
