"""What a worker of a cluster does: it says which code it has, and performs jobs, one at a time."""

from __future__ import annotations

import pickle
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reports.running.experiment import Job, Result, perform
from reports.running.store.identity import content_of
from scenarios.errors import BadInput, RunFailed
from scenarios.outside.bundle import Bundle
from scenarios.outside.plug import bundle_of, plug, unplug

if TYPE_CHECKING:
    from distributed import WorkerPlugin

Answer = Result | BadInput | RunFailed


def perform_there(packed: bytes, strategies: Sequence[Bundle], traces: Mapping[Path, str]) -> list[Answer]:
    """An answer to each job, with these strategies from outside, and traces of this content.

    The jobs come pickled: the scenarios of some hold settings of those strategies, and can be read only beside them.
    """
    _plug_in(strategies)
    jobs: Sequence[Job] = pickle.loads(packed)  # Dask itself unpickles what a client sends
    for path, content in traces.items():
        if trouble := _trouble_with(path, content):
            return [BadInput(trouble)] * len(jobs)
    return [_answer(job) for job in jobs]


def _plug_in(strategies: Sequence[Bundle]) -> None:
    """A worker outlives commands: what another one has called so makes room."""
    for one in strategies:
        known = bundle_of(one.name)
        if known is not None and known.files != one.files:
            unplug(one.name)
    plug(strategies)


def _trouble_with(path: Path, content: str) -> str | None:
    try:
        if content_of(path) == content:
            return None
    except BadInput as error:
        return f"{error}; each worker of the cluster needs the trace at this path"
    return f"{path}: is another file on a worker of the cluster than here"


def _answer(job: Job) -> Answer:
    try:
        return perform(job)
    except (BadInput, RunFailed) as error:
        return error


def admission(prefix: str, bare: str) -> WorkerPlugin:
    """Gives each worker, also one that comes later, one unit of a resource that is called after the code it has.

    Jobs ask for that of their own code: so no other worker is given any, and none of ours more than one at a time,
    whatever its threads. A worker without seslab has the resource `bare`. The class stands here so that it travels by
    value: such a worker can load it.
    """
    from distributed import WorkerPlugin

    class Admission(WorkerPlugin):  # type: ignore[misc]  # of a package without types here
        name = "seslab"

        async def setup(self, worker: Any) -> None:
            try:
                from reports.running.store.source_code import code_digest

                resource = prefix + code_digest()
            except ImportError:
                resource = bare
            await worker.set_resources(**{resource: 1})

    return Admission()
