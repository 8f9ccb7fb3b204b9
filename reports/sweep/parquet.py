"""All runs as a Parquet file in long form: what varies, contender, seed, every figure, digest and command."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reports.documents.sweep import SCHEMA
from reports.sweep.again import command_of
from reports.sweep.campaign import Sweep, run_of, runs_of
from reports.sweep.rows import Rows
from scenarios.system.whole_files import replaced

ABOUT = b"seslab"


def write(path: Path, sweep: Sweep, rows: Rows) -> None:
    """A row for each run, NaN as null. Raises as `replaced` does."""
    import pyarrow.parquet as pq

    table = _table(sweep, rows)
    about = {"schema": SCHEMA, "runs": runs_of(sweep), **identity(sweep)}
    with replaced(path) as unfinished:
        pq.write_table(table.replace_schema_metadata({ABOUT: json.dumps(about).encode()}), unfinished)


def identity(sweep: Sweep) -> dict[str, Any]:
    """What makes it this sweep and no other one, whatever values, seeds and figure it is of."""
    return {
        "scenario": sweep.scenario.name,
        "design": sweep.design,
        "dimensions": [one.name for one in sweep.dimensions],
        "contenders": [*sweep.contenders],
    }


def identity_of(path: Path) -> dict[str, Any]:
    """That of the sweep whose runs are there; of what is no such file nothing."""
    return _about(path)[0]


def is_whole(path: Path) -> bool:
    """Whether all runs of a sweep are there, and not only those that Ctrl-C or a failure left."""
    about, rows = _about(path)
    return bool(0 < about.get("runs", rows) <= rows)


def _about(path: Path) -> tuple[dict[str, Any], int]:
    """What a file says of its sweep, and how many runs it has."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        there = pq.read_metadata(path)
        return dict(json.loads((there.metadata or {}).get(ABOUT, b"{}"))), there.num_rows
    except (OSError, ValueError, pa.ArrowException):
        return {}, 0


def _table(sweep: Sweep, rows: Rows) -> Any:
    import pyarrow as pa

    runs = [run_of(sweep, number) for number in rows.numbers]
    columns: dict[str, Any] = {
        one.name: _typed([sweep.points[run.point].values[place] for run in runs])
        for place, one in enumerate(sweep.dimensions)
    }
    columns |= {
        "contender": pa.array([sweep.contenders[run.contender] for run in runs], pa.string()).dictionary_encode(),
        "seed": pa.array([run.seed for run in runs], pa.int64()),
        "meets_all": pa.array(rows.met, pa.bool_()),
    }
    columns |= {name: pa.array(rows.figure(name), pa.float64(), from_pandas=True) for name in rows.names}
    columns["digest"] = pa.array(rows.digests, pa.string())
    columns["command"] = pa.array(commands(sweep, rows), pa.string())
    return pa.table(columns)


def _typed(values: list[Any]) -> Any:
    """Numbers as numbers; words among them make all of them words."""
    import pyarrow as pa

    kinds = {type(one) for one in values}
    if kinds <= {int, float}:
        return pa.array(values, pa.int64() if kinds == {int} else pa.float64())
    return pa.array(values if kinds == {bool} else [str(one) for one in values])


def commands(sweep: Sweep, rows: Rows) -> Iterator[str]:
    """What makes each run again, and comes to its digest."""
    for number in rows.numbers:
        run = run_of(sweep, number)
        yield command_of(sweep, run.point, sweep.contenders[run.contender], run.seed)
