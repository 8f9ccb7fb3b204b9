"""Tab in a shell: what it offers, and that it never talks."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from scenarios.schema.files import catalogue
from strategies.registry import STRATEGIES
from tests.unit.test_cli import COMMAND

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
        ("seslab supp", ["suppression"]),
        ("seslab suppression ", ["list", "add", "remove", "undo"]),
        ("seslab suppression list --reason C", ["COMPLAINT"]),
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
