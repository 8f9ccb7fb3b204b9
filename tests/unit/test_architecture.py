"""The house's rules that neither ruff nor import-linter can state: what imports what, and what git may track."""

from __future__ import annotations

import ast
import os
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from scenarios.outside.imports import ALLOWED
from tests.unit.checkout import ROOMS, ROOT, tracked

MOST_FILES, MOST_LINES, MOST_BYTES = 22, 400, 1_000_000
# In halves, so that this file does not name what it looks for.
THIS_MACHINE = ("/" + "work/", "/" + "tmp/bash", "file:" + "///", "pypi" + ".org", "python" + "hosted")


def _imported(source: Path) -> set[str]:
    """The top-level names of all modules that a file imports, wherever in the file."""
    nodes = list(ast.walk(ast.parse(source.read_text(), str(source))))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    named = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    return {name.split(".")[0] for name in plain | named}


def _importers() -> dict[str, set[Path]]:
    """Of each top-level name, the files of the rooms that import it."""
    importers: dict[str, set[Path]] = defaultdict(set)
    for path in (path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        for name in _imported(path):
            importers[name].add(path.relative_to(ROOT))
    return importers


def _is_binary(raw: bytes) -> bool:
    """As git sees it."""
    return b"\0" in raw


def _pictures(page: str, text: str) -> set[str]:
    """The pictures that a page shows, relative to the root."""
    folder = (ROOT / page).parent
    return {os.path.relpath(folder / name, ROOT) for name in re.findall(r"!\[[^\]]*\]\(([^)\s]+)", text)}


@pytest.mark.parametrize("path", sorted((ROOT / "strategies").rglob("*.py")), ids=str)
def test_strategies_import_only_what_a_decision_needs(path: Path) -> None:
    """A strategy has no clock, no chance and no AWS but its ports: it imports what those from outside may."""
    assert _imported(path) <= ALLOWED


def test_rooms_know_neither_aws_nor_simpy() -> None:
    """Nothing outside loadtests/ can call AWS, by construction. SimPy is for benchmarks; users need not have it."""
    importers = _importers()
    assert {path.parts[0] for name in ("boto3", "botocore", "moto") for path in importers[name]} <= {"loadtests"}
    assert not importers["simpy"]


def test_no_tracked_file_names_a_machine() -> None:
    """A fresh clone works anywhere: no tracked text names a path of one machine or a registry's host."""
    texts = {name: raw.decode(errors="replace") for name, raw in tracked().items() if not _is_binary(raw)}
    assert not {(name, word) for name, text in texts.items() for word in THIS_MACHINE if word in text}


def test_the_only_binaries_are_pictures_of_the_docs() -> None:
    """What no diff can show has no place here but for the readers of a page, and nothing is large."""
    files = tracked()
    shown = {one for page, raw in files.items() if page.endswith(".md") for one in _pictures(page, raw.decode())}
    assert {name for name, raw in files.items() if _is_binary(raw)} <= shown
    assert not {name for name, raw in files.items() if len(raw) > MOST_BYTES}


def test_a_folder_can_be_looked_through() -> None:
    """No folder of a room has more than 22 files, and none of its files more than 400 lines."""
    files = {Path(name): raw for name, raw in tracked().items() if Path(name).parts[0] in ROOMS}
    crowded = Counter(path.parent for path in files)
    assert not {folder for folder, count in crowded.items() if count > MOST_FILES}
    assert not {path for path, raw in files.items() if raw.count(b"\n") > MOST_LINES}


def test_every_room_tells_its_types() -> None:
    """A user's type checker reads those of a package only where it says so."""
    assert all((ROOT / room / "py.typed").is_file() for room in ROOMS)
