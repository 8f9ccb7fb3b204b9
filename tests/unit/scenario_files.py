"""Scenario files for tests."""

from __future__ import annotations

from pathlib import Path

from scenarios.schema.model import Scenario
from scenarios.schema.scenario_file import load

BATCH = '[[workload]]\nprocess = "batch"\nmessages = 9\n'


def written(folder: Path, text: str | bytes, name: str = "s.toml") -> str:
    """The path of a scenario file with this text."""
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(folder / name)


def loaded(folder: Path, text: str) -> Scenario:
    """The scenario of a file with this text."""
    return load(written(folder, text))
