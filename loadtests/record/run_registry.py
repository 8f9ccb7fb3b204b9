"""What a run in a real world has begun, on disk before it begins: what a killed run has made can still be found.

A record is a JSON file for each run that is under way, in `$XDG_STATE_HOME/seslab/runs`; a run that ends cleanly
removes its own. What remains although its process is gone is left over.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from scenarios.outside.bundle import Bundle
from scenarios.outside.plug import plugged
from scenarios.schema.model import Scenario
from scenarios.schema.scenario_file import as_toml
from scenarios.system.reading import is_regular, read_text
from scenarios.system.whole_files import make_folder, remove_unfinished, unwritable, write_text

ADVICE = "a run is noted there first, so set XDG_STATE_HOME to a folder that can be written to"


@dataclass(frozen=True, slots=True)
class Process:
    """A process by number and birth, since numbers come again."""

    pid: int
    born: str

    @property
    def lives(self) -> bool:
        return birth_of(self.pid) == self.born


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run under way. `stack` is a name on an account, `out` the folder for its ledger.

    `folder` is a load test's, in which Locust is told what to do and leaves what it saw.
    `children` lead process groups of their own; `strategies` are those from outside that the scenario may mean;
    `witness` is a file in which SES's side notes what it has decided since time zero: rows of `record.logs.DECISION`,
    or on an account the events that were read of its queue, a line each.
    """

    run: str
    world: str
    strategy: str
    seed: int
    scenario_toml: str
    process: Process
    zero_unix_s: int | None = None
    region: str | None = None
    endpoint: str | None = None
    stack: str | None = None
    out: str | None = None
    witness: str | None = None
    folder: str | None = None
    children: tuple[Process, ...] = ()
    strategies: tuple[Bundle, ...] = ()


def begun_here(
    run: str, world: str, strategy: str, seed: int, scenario: Scenario, out: Path | None, **more: Any
) -> RunRecord:
    """The record of a run that this process is about to make; `more` are further fields."""
    return RunRecord(
        run=run,
        world=world,
        strategy=strategy,
        seed=seed,
        scenario_toml=as_toml(scenario),
        process=process_of(os.getpid()),
        out=None if out is None else str(out.absolute()),
        strategies=plugged(),
        **more,
    )


def birth_of(pid: int) -> str | None:
    """When a process was started, in words that only compare; None where there is none."""
    stat = Path(f"/proc/{pid}/stat")
    if stat.parent.parent.joinpath("self").exists():
        with suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            return None if fields[0] == "Z" else fields[19]  # a zombie does nothing any more
        return None
    listed = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return listed.stdout.strip() or None


def process_of(pid: int) -> Process:
    """A process that runs now."""
    return Process(pid, birth_of(pid) or "")


def directory() -> Path:
    """Where records are."""
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "seslab" / "runs"


def make_directory() -> None:
    """And removes what killed runs had begun to write. Raises BadInput if nothing can be written there."""
    make_folder(directory(), advice=ADVICE)
    remove_unfinished(directory())


def write(record: RunRecord) -> None:
    """Note a run, or what has become of it, whole and on disk. Raises BadInput if nothing can be written there."""
    make_directory()
    write_text(path_of(record.run), json.dumps(asdict(record)), ADVICE)


def append(path: Path, content: bytes) -> None:
    """Add to a run's file, whole and on disk unless this is cut short. Raises BadInput if nothing can be written."""
    try:
        with path.open("ab") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise unwritable(path, error, ADVICE) from error


def with_child(record: RunRecord, pid: int) -> RunRecord:
    """The record with one more process that is to be killed with its group; notes it."""
    grown = replace(record, children=(*record.children, process_of(pid)))
    write(grown)
    return grown


def path_of(run: str) -> Path:
    """Where a run's record is, as long as there is one."""
    return directory() / f"{run}.json"


def witness_of(run: str) -> Path:
    """Where SES's side of a run on this machine may note what it decides."""
    return directory() / f"{run}.calls"


def witnesses_of(run: str) -> list[Path]:
    """What SES's side has noted of a run, or of each of its accounts."""
    return sorted(directory().glob(f"{run}*{witness_of(run).suffix}"))


def log_of(run: str) -> Path:
    """Where a run's functions on this machine write their logs."""
    return directory() / f"{run}.log"


def finish(run: str) -> None:
    """Nothing of the run is left."""
    slices = directory().glob(f"{run}-*")
    for path in (path_of(run), witness_of(run), log_of(run), *slices):
        path.unlink(missing_ok=True)


def records() -> list[RunRecord]:
    """Every run that is noted, oldest first; what is no record is passed over."""
    found = [_read(path) for path in sorted(filter(is_regular, directory().glob("*.json")))]
    return [record for record in found if record is not None]


def leftovers() -> list[RunRecord]:
    """The runs that were killed."""
    return [record for record in records() if not record.process.lives]


def kill_children(record: RunRecord) -> int:
    """End what a killed run has left running on this machine; returns how many process groups that were."""
    living = [child for child in record.children if child.lives]
    for child in living:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
    return len(living)


def _read(path: Path) -> RunRecord | None:
    try:
        fields = json.loads(read_text(path))
        children = tuple(Process(**child) for child in fields.pop("children"))
        strategies = tuple(Bundle(*bundle) for bundle in fields.pop("strategies", ()))
        return RunRecord(process=Process(**fields.pop("process")), children=children, strategies=strategies, **fields)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
