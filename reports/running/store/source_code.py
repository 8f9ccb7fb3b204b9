"""The code that a simulation depends on, as one digest: equal here and there means that runs come out alike."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from reports.running import experiment

ROOMS = ("scenarios", "sim", "strategies")
DATA = "scenarios/catalogue"
"""Scenarios are read, and then named by what they say."""


@cache
def code_digest() -> str:
    """SHA-256 over the rooms' modules and tables, what performs a job, and the versions of Python and NumPy."""
    sha = hashlib.sha256(f"python {sys.version_info[:2]}, numpy {np.__version__}".encode())
    for name, path in _sources():
        sha.update(f"\0{name}\0".encode())
        sha.update(path.read_bytes())
    return sha.hexdigest()


def _sources() -> Iterator[tuple[str, Path]]:
    """By names that do not tell where it is installed."""
    for room in ROOMS:
        spec = find_spec(room)  # imports nothing of it
        for folder in (spec.submodule_search_locations or ()) if spec else ():
            root = Path(folder)
            for path in sorted(one for one in root.rglob("*") if one.suffix in (".py", ".toml")):
                name = f"{room}/{path.relative_to(root).as_posix()}"
                if not name.startswith(DATA):
                    yield name, path
    yield "experiment.py", Path(experiment.__file__)
