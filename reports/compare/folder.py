"""The folder of one comparison: its document, its scenario, its ledgers and its figures."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from reports.compare.document import SCHEMA
from reports.compare.drawings import draw_all
from reports.terminal import to_json
from scenarios.errors import BadInput
from scenarios.ledger import store
from scenarios.system.whole_files import write_text

DOCUMENT = "comparison.json"
SCENARIO = "scenario.toml"
FIGURES = "figures"

_COMPARISON: Mapping[str, type] = {
    "scenario": str,
    "world": str,
    "seed": int,
    "replications": int,
    "bound": dict,
    "account": dict,
    "faults": list,
    "strategies": list,
}
_ENTRY: Mapping[str, type] = {
    "strategy": str,
    "explanation": str,
    "recipients": dict,
    "calls": dict,
    "latency_s": dict,
    "ci95": dict,
    "makespan_s": object,  # a number or null, like the rest
    "efficiency": object,
    "peak_1s": object,
    "cost_per_million_usd": object,
}
"""What table and figures need of a document and of each of its strategies."""


def prepare(directory: Path, option: str = "--out") -> Path:
    """Makes the folder, before any work is done for it. Raises `BadInput` if nothing can be written there."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory):
            pass
    except OSError as error:
        raise BadInput(f"{option} {directory}: {_reason(error)}; name a folder that can be written to") from error
    return directory


def save(directory: Path, comparison: dict[str, Any], scenario_toml: str) -> None:
    """Writes the document and the scenario as run."""
    write_text(directory / SCENARIO, scenario_toml)
    write_text(directory / DOCUMENT, to_json(comparison))


def document(directory: Path) -> dict[str, Any]:
    """The document of a stored run. Raises `BadInput`."""
    path = directory / DOCUMENT
    comparison = _parsed(path)
    if not isinstance(comparison, dict) or comparison.get("schema") != SCHEMA:
        found = comparison.get("schema") if isinstance(comparison, dict) else comparison
        raise BadInput(f"{path}: schema = {found!r}: expected {SCHEMA!r}")
    _require(path, "", comparison, _COMPARISON)
    for number, entry in enumerate(comparison["strategies"]):
        _require(path, f"strategies[{number}].", entry, _ENTRY)
    return comparison


def redraw(directory: Path) -> dict[str, Any]:
    """Draws the figures of a stored run again and returns its document. Raises `BadInput`."""
    comparison = document(directory)
    try:
        draw_all(directory / FIGURES, comparison, partial(store.read, directory))
    except OSError as error:
        raise BadInput(f"{directory / FIGURES}: {_reason(error)}; name a folder that can be written to") from error
    return comparison


def _parsed(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"{path}: {_reason(error)}; expected the folder of a run made with --out") from error
    except ValueError as error:
        raise BadInput(f"{path}: not a comparison: {error}") from error


def _require(path: Path, where: str, table: Any, kinds: Mapping[str, type]) -> None:
    for key, kind in kinds.items():
        if not isinstance(table, dict) or key not in table or not isinstance(table[key], kind):
            raise BadInput(f"{path}: lacks what a comparison holds: {where}{key}")


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
