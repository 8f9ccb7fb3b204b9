"""Locust patches the sockets of every process that imports it, so only its own processes may."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from loadtests.load import locust_process

ROOT = Path(__file__).parents[2]
PATCHED = {"locust", "gevent"}


def imported(source: Path) -> set[str]:
    """The top-level names of all modules that a file imports, wherever in the file."""
    nodes = list(ast.walk(ast.parse(source.read_text())))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    named = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    return {name.partition(".")[0] for name in plain | named}


def test_only_the_locustfile_knows_locust() -> None:
    """Everything else that runs inside Locust is handed what it needs, and needs gevent at most."""
    room = Path(locust_process.__file__).parents[1]
    files = [path for path in room.rglob("*.py") if imported(path) & PATCHED]
    assert [path.name for path in files if "locust" in imported(path)] == ["locustfile.py"]
    assert {path.name for path in files} <= {
        "locustfile.py",
        *(f"{role}.py" for role in ("master", "worker", "player", "share_proxy")),
    }


def test_the_command_patches_nothing() -> None:
    """Whoever starts a load test keeps the sockets that Python gave it."""
    check = "import sys, loadtests.load.loadtest; sys.exit(bool({'gevent', 'locust'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", check], cwd=ROOT, check=False).returncode == 0


def test_locusts_processes_wait_for_no_library_of_their_parents() -> None:
    """Ledgers and their files are its own business; only plain Locust, which has none, makes them itself."""
    check = "import sys, loadtests.locustfile; sys.exit('pyarrow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], cwd=ROOT, check=False).returncode == 0


def test_locust_missing_is_said_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line can name the extra that is not installed; nothing was started."""
    monkeypatch.setitem(sys.modules, "locust", None)
    with pytest.raises(ModuleNotFoundError) as missing:
        locust_process.work((), tmp_path / "log")
    assert missing.value.name == "locust"
    assert not list(tmp_path.iterdir())
