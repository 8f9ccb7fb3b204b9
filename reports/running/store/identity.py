"""What a run depends on, and the digest of it: the same digest is the same run, whatever else the scenario says."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from reports.running.experiment import Job, name_of, nothing
from reports.running.store.source_code import code_digest
from scenarios.errors import BadInput
from scenarios.outside.plug import bundle_of
from scenarios.schema.labels import ways_of
from scenarios.schema.model import Scenario
from scenarios.schema.processes import Trace
from scenarios.schema.scenario_file import as_toml

State = tuple[int, int]
"""Of a file: when it was changed, in nanoseconds, and its size. A trace may be written anew meanwhile."""


def alone(scenario: Scenario, contender: str) -> Scenario:
    """The part that the contender's runs depend on; what others are set to, and what is demanded, is none of it."""
    senders = _senders(scenario, contender)
    of = {scenario.strategy_of(one) for one in senders}
    return scenario.model_copy(
        update={
            "name": "-",
            "description": "",
            "thresholds": {},
            "rank": None,
            "strategies": {name: own for name, own in scenario.strategies.items() if name in of},
            "variants": {name: own for name, own in scenario.variants.items() if name in senders},
        }
    )


def traces_of(scenario: Scenario) -> list[Path]:
    """The files that a run reads."""
    return [one.path for one in (*scenario.workload, *scenario.neighbour) if isinstance(one, Trace)]


def state_of(path: Path) -> State:
    """Raises BadInput where it is gone."""
    try:
        about = path.stat()
    except OSError as error:
        raise _unreadable(path, error) from error
    return about.st_mtime_ns, about.st_size


def is_keepable(job: Job) -> bool:
    """Whether its figures are all that is wanted of it, and whether another time it would come to the same."""
    return job.out is None and job.gather is nothing and job.round is None


class Identities:
    """Digests of jobs, many of which are of one scenario: it is spelt out once for all of its seeds."""

    def __init__(self) -> None:
        self._known: dict[tuple[int | str, ...], tuple[Job, str]] = {}

    def digest(self, job: Job) -> str:
        """Raises BadInput where a trace cannot be read."""
        key = id(job.scenario), job.strategy, id(job.prices), id(job.standing), id(job.runner)
        if key not in self._known:  # its job is held, so that nothing else has one of these ids meanwhile
            self._known[key] = job, _but_for_its_seed(job)
        return hashlib.sha256(f"{self._known[key][1]}{job.seed}".encode()).hexdigest()


def _but_for_its_seed(job: Job) -> str:
    what = (
        _spelt_out(job.scenario, job.strategy),
        name_of(job.runner),
        repr(job.prices),
        sorted(job.standing.items()),
        code_digest(),
    )
    return hashlib.sha256(json.dumps(what).encode()).hexdigest()


def _spelt_out(scenario: Scenario, contender: str) -> str:
    """With the contents of traces and of strategies from outside in place of their names. The seed is the job's."""
    own = alone(scenario, contender)
    by_content = {key: tuple(map(_by_content, getattr(own, key))) for key in ("workload", "neighbour")}
    bundles = (bundle_of(scenario.strategy_of(one)) for one in sorted(_senders(scenario, contender)))
    files = [sorted(bundle.files.items()) for bundle in bundles if bundle is not None]
    return json.dumps([contender, as_toml(own.model_copy(update={"seed": 0, **by_content})), files])


def _senders(scenario: Scenario, contender: str) -> set[str]:
    return {contender, *ways_of(scenario.workload)}


def _by_content(workload: Any) -> Any:
    if not isinstance(workload, Trace):
        return workload
    return workload.model_copy(update={"path": Path(content_of(workload.path))})


def content_of(path: Path) -> str:
    """The digest of a file. Raises BadInput where it cannot be read."""
    return _content(path, state_of(path))


@lru_cache(maxsize=100)
def _content(path: Path, _state: State) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> BadInput:
    return BadInput(f"{path}: cannot be read: {error.strerror or error}")
