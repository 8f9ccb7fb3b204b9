"""The executor of a command: this machine's processes or a cluster, with a store of runs before it."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from reports import terminal
from reports.running.executors import Executor, own_processes
from scenarios.errors import BadInput, RunFailed

if TYPE_CHECKING:
    from reports.running.store.run_store import RunStore


@contextmanager
def opened(runs: Path | None = None, cluster: str | None = None) -> Iterator[Executor]:
    """With the store of that folder, or of the usual one; on the cluster of that address, if there is one.

    Raises BadInput, and RunFailed if the disk is full or the cluster cannot be reached.
    """
    from reports.running.store.stored import Stored

    store = _store(runs)
    again = "no run is stored, and this begins anew" if store is None else "what was done is kept, and this goes on"
    try:
        with _made(cluster, f"{again}: {_command()}") as executor:
            yield executor if store is None else Stored(executor, store)
    finally:
        if store is not None:
            store.close()


@contextmanager
def unstored(cluster: str | None = None) -> Iterator[Executor]:
    """Where each run is made each time. Raises as `opened` does."""
    with _made(cluster, f"no run is stored, and this begins anew: {_command()}") as executor:
        yield executor


@contextmanager
def _made(cluster: str | None, again: str) -> Iterator[Executor]:
    """`again` says what to do where a cluster is lost."""
    if cluster is None:
        with own_processes() as executor:
            yield executor
        return
    from reports.running.cluster.executor import Cluster

    with closing(Cluster(cluster, again)) as executor:
        yield executor


def _command() -> str:
    return shlex.join(["seslab", *sys.argv[1:]])


def _store(runs: Path | None) -> RunStore | None:
    """Where the usual folder cannot be used, runs are made all the same."""
    from reports.running.store.run_store import RunStore, usual_folder

    if runs is not None:
        return RunStore(runs)
    try:
        return RunStore(usual_folder())
    except (BadInput, RunFailed) as error:
        terminal.tell(f"note: runs are not kept: {error}")
        return None
