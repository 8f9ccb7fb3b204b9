"""What a user sees in the terminal: results on standard output, progress and messages on standard error."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from reports.compare.document import to_json
from reports.running.experiment import Job

TABLE_WIDTH = 110

err = Console(stderr=True)


def tell(line: str) -> None:
    """A message for a person."""
    err.print(line, highlight=False, soft_wrap=True)


@contextmanager
def progress(jobs: Sequence[Job]) -> Iterator[Callable[[int, float], None]]:
    """Bars on a terminal's standard error, nothing anywhere else; gives what shows a job's share."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:3.0f} %"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bars:
        tasks = [
            bars.add_task(f"{job.strategy} (seed {job.seed})", total=1.0, start=False, visible=False) for job in jobs
        ]

        def show(number: int, share: float) -> None:
            bars.start_task(tasks[number])
            bars.update(tasks[number], completed=share, visible=share < 1.0)

        yield show


def busy(doing: str) -> AbstractContextManager[object]:
    """A spinner on a terminal."""
    return err.status(doing) if err.is_terminal else nullcontext()


def present(document: dict[str, Any], as_json: bool, table: Table, lines: Iterable[str]) -> None:
    """The document as it is, or as a table with sentences below."""
    if as_json:
        sys.stdout.write(to_json(document))
        return
    console = _console()
    console.print(table)
    console.print()
    for line in lines:
        console.print(line, soft_wrap=console.is_terminal, highlight=False)


def listing(rows: Iterable[tuple[str, ...]]) -> None:
    """Rows without a frame."""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for row in rows:
        table.add_row(*row)
    _console().print(table)


def _console() -> Console:
    """The table never falls apart: where it is not a terminal that says how wide it is, it is wide enough."""
    console = Console()
    return console if console.is_terminal else Console(width=TABLE_WIDTH)
