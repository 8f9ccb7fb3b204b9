"""What a scenario says for a strategy: its name, or a reference that leads to one from outside."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from scenarios.errors import BadInput
from scenarios.formats.quoted import printable, unknown
from scenarios.formats.toml import toml_key
from scenarios.outside import plug
from scenarios.outside.find import installed
from scenarios.schema.thresholds import is_of_known
from scenarios.system.reading import is_regular
from strategies.registry import STRATEGIES


def unknown_strategy(name: str, variants: Iterable[str] = ()) -> str:
    """What is said of a name that no strategy has, nor any of a scenario's variants."""
    if name and is_regular(file := Path(f"{name.replace('-', '_')}.py")):
        return f"unknown strategy '{printable(name)}', did you mean the file ./{printable(file)}?"
    known = [*STRATEGIES, *variants, *installed()]
    return f"{unknown('strategy', printable(name), known)} (a file will do as well: ./NAME.py)"


def plugged_in(table: dict[str, Any], path: Path) -> dict[str, Any]:
    """The table with strategies from outside under their names, plugged in: a word may be what leads to one.

    Raises BadInput.
    """
    return _with_named_settings(_with_named_variants(_with_named_ways(table, path), path), path)


def _with_named_ways(table: dict[str, Any], path: Path) -> dict[str, Any]:
    workloads = table.get("workload")
    if not isinstance(workloads, list | tuple):
        return table
    return {**table, "workload": tuple(_with_named_way(workload, path) for workload in workloads)}


def _with_named_way(workload: Any, path: Path) -> Any:
    if not (isinstance(workload, dict) and isinstance(way := workload.get("strategy"), str)):
        return workload
    return {**workload, "strategy": _named(way, path, "workload.strategy")}


def _with_named_variants(table: dict[str, Any], path: Path) -> dict[str, Any]:
    variants = table.get("variants")
    if not isinstance(variants, dict):
        return table
    return {**table, "variants": {name: _with_named_base(name, one, path) for name, one in variants.items()}}


def _with_named_base(name: str, variant: Any, path: Path) -> Any:
    if not (isinstance(variant, dict) and isinstance(base := variant.get("strategy"), str)):
        return variant
    key = f"variants.{toml_key(name)}.strategy"
    if (strategy := _named(base, path, key)) not in STRATEGIES:
        raise BadInput(printable(f"{path}: {key}: {unknown_strategy(strategy)}; a variant is of a strategy"))
    return {**variant, "strategy": strategy}


def _with_named_settings(table: dict[str, Any], path: Path) -> dict[str, Any]:
    settings = table.get("strategies")
    if not isinstance(settings, dict):
        return table
    by_name = {_named(key, path, "strategies"): own for key, own in settings.items()}
    for name in by_name:
        if name not in STRATEGIES:
            raise BadInput(printable(f"{path}: strategies.{name}: {unknown_strategy(name)}"))
    if len(by_name) < len(settings):
        raise BadInput(printable(f"{path}: strategies: two tables are for the same strategy; leave one"))
    return {**table, "strategies": by_name}


def _named(word: str, path: Path, key: str) -> str:
    try:
        return plug.named(word, path.parent)
    except BadInput as error:
        raise BadInput(printable(f"{path}: {key}: {error}")) from error


def of_known(table: dict[str, Any]) -> dict[str, Any]:
    """The table without what it says of strategies that are not known here; plugs nothing in."""
    for key, known in (("strategies", _settings_of_known), ("variants", _variants_of_known)):
        if isinstance(own := table.get(key), dict):
            table = {**table, key: known(own)}
    if isinstance(thresholds := table.get("thresholds"), dict):
        table = {**table, "thresholds": _about_known(thresholds, table.get("variants", {}))}
    if isinstance(workloads := table.get("workload"), list | tuple):
        table = {**table, "workload": tuple(map(_of_known_way, workloads))}
    return table


def _of_known_way(workload: Any) -> Any:
    """The workload without the way that it went, if that is not known here: what went it was recorded."""
    if isinstance(workload, dict) and workload.get("strategy") not in STRATEGIES:
        return {key: value for key, value in workload.items() if key != "strategy"}
    return workload


def _settings_of_known(settings: dict[str, Any]) -> dict[str, Any]:
    return {name: own for name, own in settings.items() if name in STRATEGIES}


def _variants_of_known(variants: dict[str, Any]) -> dict[str, Any]:
    return {name: one for name, one in variants.items() if isinstance(one, dict) and one.get("strategy") in STRATEGIES}


def _about_known(thresholds: dict[str, Any], variants: Collection[str]) -> dict[str, Any]:
    """As a run has kept them: a list of expressions under each name."""
    known = {name: tuple(one for one in all_ if is_of_known(str(one), variants)) for name, all_ in thresholds.items()}
    return {name: some for name, some in known.items() if some}
