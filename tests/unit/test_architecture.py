"""The house's rules that neither ruff nor import-linter can state: who may import what, and what no file may name."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("seslab", "strategies", "scenarios", "sim", "loadtests", "reports")
A_DECISION_NEEDS = {
    "__future__", "bisect", "collections", "dataclasses", "enum", "fractions", "functools", "hashlib", "heapq",
    "itertools", "math", "operator", "strategies", "struct", "types", "typing",
}  # fmt: skip
# In halves, so that this file does not name what it looks for.
THIS_MACHINE = ("/" + "work/", "/" + "tmp/bash", "file:" + "///", "pypi" + ".org", "python" + "hosted")


def _imported(source: Path) -> set[str]:
    """The top-level names of all modules that a file imports, wherever in the file."""
    nodes = list(ast.walk(ast.parse(source.read_text(), str(source))))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    named = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    return {name.split(".")[0] for name in plain | named}


def _importers(*modules: str) -> set[Path]:
    """The files of the rooms that import any of the modules."""
    sources = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    return {path.relative_to(ROOT) for path in sources if _imported(path) & set(modules)}


def _tracked_texts() -> dict[str, str]:
    """Every text file that git tracks, by name."""
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    paths = [ROOT / name for name in listed.decode().split("\0") if name]
    contents = {path: path.read_bytes() for path in paths if path.is_file()}
    return {
        str(path.relative_to(ROOT)): raw.decode(errors="replace") for path, raw in contents.items() if b"\0" not in raw
    }


@pytest.mark.parametrize("path", sorted((ROOT / "strategies").rglob("*.py")), ids=lambda path: path.stem)
def test_strategies_import_only_what_a_decision_needs(path: Path) -> None:
    """A strategy has no clock, no chance and no AWS but its ports: it imports from the allow list alone."""
    assert _imported(path) <= A_DECISION_NEEDS


def test_only_the_kernel_knows_simpy() -> None:
    """Models of services are written against our kernel, so that SimPy stays one file's secret."""
    assert _importers("simpy") <= {Path("sim/kernel.py")}


def test_only_loadtests_know_aws() -> None:
    """Nothing outside loadtests/ can call AWS, by construction."""
    assert {path.parts[0] for path in _importers("boto3", "botocore", "moto")} <= {"loadtests"}


def test_no_tracked_file_names_a_machine() -> None:
    """A fresh clone works anywhere: no tracked text names a path of one machine or a registry's host."""
    named = {(name, word) for name, text in _tracked_texts().items() for word in THIS_MACHINE if word in text}
    assert not named
