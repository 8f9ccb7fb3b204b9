"""What a sweep comes to: a document, which is shown, and all runs as a table, which is kept."""

from __future__ import annotations

from pathlib import Path

from reports import terminal
from reports.running.executors import Executor
from reports.running.keeping import REPORT
from reports.sweep import folder
from reports.sweep.campaign import Sweep, swept
from reports.sweep.document import document
from reports.sweep.table import sentences, tables
from scenarios.errors import Interrupted


def run(sweep: Sweep, executor: Executor, out: Path | None, as_json: bool) -> None:
    """Make the runs, keep and show what they came to.

    Raises Interrupted, or RunFailed, once what is done is kept and shown.
    """
    done = swept(sweep, executor)
    told = document(sweep, done)
    if len(done.rows):
        try:
            if out is not None:
                folder.save(out, sweep, done.rows, told)
                terminal.tell_who_watches(f"page: {out / REPORT}")
        finally:  # also where the disk is full
            terminal.present(told, as_json, tables(told), sentences(told))
    if done.interrupted:
        kept = f"; what was done is in {out}" if out is not None and len(done.rows) else ""
        raise Interrupted(f"interrupted: {len(done.rows):,} of {done.runs:,} runs made; the same command goes on{kept}")
    if done.failure is not None:
        raise done.failure
