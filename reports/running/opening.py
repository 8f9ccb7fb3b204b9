"""The executor of a command: this machine's processes or a cluster, with a store of runs before it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reports import terminal
from reports.running.executors import Executor, OwnProcesses
from reports.running.store.run_store import RunStore, usual_folder
from reports.running.store.stored import Stored
from scenarios.errors import BadInput, RunFailed


@contextmanager
def opened(runs: Path | None = None) -> Iterator[Executor]:
    """With the store of that folder, or of the usual one. Raises BadInput, and RunFailed if the disk is full."""
    executor = _with_store(OwnProcesses(), runs)
    try:
        yield executor
    finally:
        executor.close()


def _with_store(executor: Executor, runs: Path | None) -> Executor:
    """Where the usual folder cannot be used, runs are made all the same."""
    if runs is not None:
        return Stored(executor, RunStore(runs))
    try:
        return Stored(executor, RunStore(usual_folder()))
    except (BadInput, RunFailed) as error:
        terminal.tell(f"note: runs are not kept: {error}")
        return executor
