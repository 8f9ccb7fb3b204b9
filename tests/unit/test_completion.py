"""Tab in a shell: what it offers, that it is quick, and that it never talks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scenarios.schema.files import catalogue
from strategies.registry import STRATEGIES
from tests.unit.test_cli import COMMAND

HEAVY = {"numpy", "scipy", "matplotlib", "pyarrow", "rich", "boto3", "reports", "loadtests"}
PRESS_TAB = """
eval "$(_SESLAB_COMPLETE=source_bash seslab)"
read -ra COMP_WORDS <<< "$1"
[ "${1: -1}" = " " ] && COMP_WORDS+=("")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_seslab_completion seslab
printf '%s\\n' "${COMPREPLY[@]}"
"""


def offered(line: str, folder: Path) -> list[str]:
    """What a bash offers for a line that ends where Tab is pressed."""
    words = ["bash", "--noprofile", "--norc", "-c", PRESS_TAB, "bash", line]
    environ = {"PATH": f"{Path(COMMAND).parent}{os.pathsep}{os.environ['PATH']}", "HOME": str(folder)}
    done = subprocess.run(words, cwd=folder, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize(
    ("line", "completions"),
    [
        ("seslab ga", ["gate"]),
        ("seslab gate u", ["update", "unbalanced-pods"]),
        ("seslab gate update --to", ["--tolerance"]),
        ("seslab compare ", [*catalogue(), "mine.toml"]),
        ("seslab diff a b -s ", list(STRATEGIES)),
        ("seslab compare --on m", ["moto", "ministack"]),
        ("seslab compare nothing-begins-so", []),
    ],
)
def test_tab_in_bash(tmp_path: Path, line: str, completions: list[str]) -> None:
    """Commands, options, scenarios and TOML files, strategies and worlds; else nothing, so that bash offers files."""
    (tmp_path / "mine.toml").touch()
    (tmp_path / "notes.txt").touch()
    assert offered(line, tmp_path) == completions


def test_an_error_while_completing_prints_nothing() -> None:
    """Whatever it is, it would stand in the middle of the line that is being typed."""
    environ = {**os.environ, "_SESLAB_COMPLETE": "complete_bash", "COMP_WORDS": "seslab ", "COMP_CWORD": "x"}
    done = subprocess.run([COMMAND], env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.stderr, done.returncode == 0) == ("", "", False)


def test_help_and_completion_wait_for_no_large_library() -> None:
    """All commands are declared without what it takes to carry them out."""
    told = "import sys, seslab.command_line; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, timeout=60, check=True)
    assert HEAVY & set(done.stdout.split()) == set()
