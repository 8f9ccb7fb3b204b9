"""What a sweep comes to: a document, which is shown, and all runs as a table, which is kept."""

from __future__ import annotations

from pathlib import Path

from reports import terminal
from reports.documents.sweep import SweepDocument
from reports.running.executors import Executor
from reports.running.keeping import REPORT
from reports.sweep import folder, parquet
from reports.sweep.campaign import Sweep, Swept, swept
from reports.sweep.document import document
from reports.sweep.table import sentences, tables
from scenarios.errors import Interrupted


def run(sweep: Sweep, executor: Executor, out: Path | None, as_json: bool) -> None:
    """Make the runs, keep and show what they came to.

    Raises Interrupted, or RunFailed, once what is done is kept and shown.
    """
    done = swept(sweep, executor)
    told = document(sweep, done)
    is_kept = False
    if len(done.rows):
        try:
            is_kept = out is not None and _kept(sweep, done, told, out)
        finally:  # also where the disk is full
            terminal.present(told, as_json, tables(told), sentences(told))
    if done.interrupted:
        kept = f"; what was done is in {out}" if is_kept else ""
        raise Interrupted(f"interrupted: {len(done.rows):,} of {done.runs:,} runs made; the same command goes on{kept}")
    if done.failure is not None:
        raise done.failure


def _kept(sweep: Sweep, done: Swept, told: SweepDocument, out: Path) -> bool:
    """Keeps it, unless the folder has all runs and this is a part: Ctrl-C or a failure ended it, and it tells less."""
    if len(done.rows) < done.runs and parquet.is_whole(out / folder.RUNS):
        terminal.tell(f"note: {out} keeps the whole sweep that it has; this one is a part, and only shown")
        return False
    folder.save(out, sweep, done.rows, told)
    terminal.tell_who_watches(f"page: {out / REPORT}")
    return True
