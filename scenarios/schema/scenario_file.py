"""A scenario as a file: found, read and validated, written again, and the JSON Schema of what it may say."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from scenarios.errors import BadInput
from scenarios.formats.dotted import Place, found
from scenarios.formats.quoted import printable
from scenarios.formats.toml import toml_document
from scenarios.outside import plug
from scenarios.schema.complaints import complaint
from scenarios.schema.files import catalogue, find, read_table
from scenarios.schema.model import Scenario, know_strategies
from scenarios.schema.processes import Trace
from scenarios.schema.strategy_references import of_known, plugged_in

SCHEMA = "seslab/scenario/v1"


def load(source: str, base: Path | None = None) -> Scenario:
    """The scenario of a catalogue name or of a file, whose path, if relative, starts at `base`.

    Raises BadInput: one line that names the file, the key, its value and what would be right.
    """
    path = find(source, base)
    return validated(plugged_in(read_table(path), path), path)


def load_kept(path: Path) -> Scenario:
    """The scenario of a run's own folder, without what it says of strategies that are not known here.

    No file of a strategy is looked for: what is only to be read shall not be run. Raises BadInput as `load` does.
    """
    return validated(of_known(read_table(path)), path)


def validated(table: dict[str, Any], path: Path) -> Scenario:
    """The scenario of a file's table, whose traces lie beside it. Raises BadInput as `load` does."""
    return _checked({"name": printable(path.stem), **table}, path.parent, str(path))


def changed(table: dict[str, Any], called: str) -> Scenario:
    """A scenario's table in which something was changed, checked as any other; its traces are where they were.

    Raises BadInput: one line that begins with what the change is `called`.
    """
    return _checked(table, Path(), called)


def _checked(table: dict[str, Any], base: Path, called: str) -> Scenario:
    know_strategies()
    try:
        return Scenario.model_validate(table, context={"base": base})
    except ValidationError as error:
        raise BadInput(printable(f"{called}: {complaint(error, table)}")) from error


def key_of(scenario: Scenario, name: str, option: str) -> tuple[Place, Any]:
    """Where a key with dots stands in the scenario, every default spelt out, and what stands there.

    Raises BadInput, which begins with the option and the name; of a setting it says by which key that goes.
    """
    table, _, setting = name.partition(".")
    if setting and table in scenario.contenders and table not in Scenario.model_fields:
        key = f"{scenario.table_of(table)}.{setting}"
        raise BadInput(printable(f"{option} {name}: is no key of a scenario; did you mean '{key}'?"))
    return found(scenario.model_dump(by_alias=True), name, option)


def files_of(source: str, scenario: Scenario) -> list[tuple[str, Path]]:
    """What `load` has read and a run will read, and what each is in messages: scenario, traces, files of strategies."""
    traffic = (*scenario.workload, *scenario.neighbour)
    traces = [("its trace", one.path) for one in traffic if isinstance(one, Trace)]
    strategies = [("a strategy", Path(one.reference)) for one in plug.plugged() if one.is_file]
    return [("the scenario", find(source)), *traces, *strategies]


def as_toml_in(folder: Path, scenario: Scenario) -> str:
    """As `as_toml`, for a file in that folder, from which it leads to strategies that are files."""
    ways = {one.name: os.path.relpath(one.reference, folder) for one in plug.plugged() if one.is_file}
    ways = {name: way if way.startswith(os.pardir) else os.path.join(os.curdir, way) for name, way in ways.items()}
    return _as_toml(scenario, ways)


def as_toml(scenario: Scenario) -> str:
    """The scenario with every default spelt out, as a file that `load` reads back to an equal one."""
    return _as_toml(scenario, {})


def _as_toml(scenario: Scenario, ways: Mapping[str, str]) -> str:
    table = scenario.model_dump(by_alias=True, exclude_none=True)
    table["strategies"] = {ways.get(name, name): own for name, own in table.get("strategies", {}).items()}
    for named in (*table["workload"], *table.get("variants", {}).values()):
        if "strategy" in named:
            named["strategy"] = ways.get(named["strategy"], named["strategy"])
    for account in (*table.get("accounts", {}).values(), table.get("account", {})):
        if account.get("limiter", {}).get("kind", "token-bucket") != "token-bucket":
            del account["limiter"]["burst"]  # a window has none of its own to set
    return toml_document({key: value for key, value in table.items() if value not in ((), {})})


def describe_catalogue() -> list[tuple[str, str]]:
    """Name and description of each scenario in the catalogue, sorted by name."""
    return [(name, load(name).description) for name in catalogue()]


def scenario_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a scenario file, each strategy's settings included."""
    know_strategies()
    schema = Scenario.model_json_schema(by_alias=True)
    schema["required"].remove("name")  # the file's name stands in
    schema["$defs"]["Strategies"]["additionalProperties"] = {
        "type": "object",
        "description": "settings of a strategy from outside: its key is its file, its module or its name",
    }
    schema["properties"]["variants"]["additionalProperties"] = False  # besides names that match
    return published(SCHEMA, schema)


def published(identifier: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON Schema as users get it, under the name that stands in the documents."""
    plain: dict[str, Any] = _with_bounds(schema)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": identifier, **plain, "title": identifier}


_BOUNDS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}


def _with_bounds(part: Any) -> Any:
    """Bounds behind a validator of ours stay in pydantic's words, which no other reader of schemas knows."""
    if isinstance(part, Mapping):
        return {_BOUNDS.get(key, key): _with_bounds(value) for key, value in part.items()}
    return [_with_bounds(one) for one in part] if isinstance(part, list) else part
