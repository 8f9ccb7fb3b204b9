"""What a sweep comes to: a document, which is shown, and all runs as a table, which is kept."""

from __future__ import annotations

from pathlib import Path

from reports import terminal
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
    is_kept = out is not None and len(done.rows) > 0 and _may_replace(done, out)
    if len(done.rows):
        try:
            if out is not None and is_kept:
                folder.save(out, sweep, done.rows, told)
                terminal.tell_who_watches(f"page: {out / REPORT}")
            elif out is not None:
                terminal.tell(f"note: {out} keeps the whole sweep that it has; this one is a part, and only shown")
        finally:  # also where the disk is full
            terminal.present(told, as_json, tables(told), sentences(told))
    if done.interrupted:
        kept = f"; what was done is in {out}" if is_kept else ""
        raise Interrupted(f"interrupted: {len(done.rows):,} of {done.runs:,} runs made; the same command goes on{kept}")
    if done.failure is not None:
        raise done.failure


def _may_replace(done: Swept, out: Path) -> bool:
    """What Ctrl-C or a failure ended tells less than what came to its end."""
    return len(done.rows) == done.runs or not parquet.is_whole(out / folder.RUNS)
