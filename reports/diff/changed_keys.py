"""In what two runs were asked for otherwise: the keys of their scenarios, and their strategies' settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from reports.documents.diff import ChangedKey
from reports.running.keeping import SCENARIO
from scenarios.formats.toml import toml_key, toml_value
from scenarios.schema.files import read_table
from scenarios.system.reading import is_regular

TOLD = ("name", "description", "seed", "strategies", "variants")
"""What stands above every diff, or is told of the strategies that are compared."""

Keys = Mapping[str, str]
"""Values as TOML writes them, by dotted key."""


def keys_of(directory: Path) -> Keys:
    """Of the scenario as a run's folder has it; none where it is gone. Raises BadInput."""
    path = directory / SCENARIO
    table = read_table(path) if is_regular(path) else {}
    return keys({key: value for key, value in table.items() if key not in TOLD})


def keys(table: Mapping[str, Any], above: str = "") -> Keys:
    """Every key of a table, and of those in it."""
    return dict(_flat(table, above))


def _flat(table: Mapping[str, Any], above: str) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        name = f"{above}{toml_key(key)}"
        if isinstance(value, Mapping):
            yield from _flat(value, f"{name}.")
        elif isinstance(value, Sequence) and value and all(isinstance(one, Mapping) for one in value):
            for number, one in enumerate(value):
                yield from _flat(one, f"{name}[{number}].")
        else:
            yield name, toml_value(value)


def changed(a: Keys, b: Keys) -> list[ChangedKey]:
    """Those that differ, in A's order and then in B's."""
    return [
        {"key": key, "a": a.get(key), "b": b.get(key)} for key in dict.fromkeys((*a, *b)) if a.get(key) != b.get(key)
    ]
