"""Base and head in turn on one machine: the seslab of another revision or command, run as a user would run it."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from scenarios.errors import BadInput, RunFailed
from scenarios.files import printable
from scenarios.identity import identity_of
from scenarios.model import load

_DONE = (0, 1)  # a comparison that fails a threshold of the scenario's own is one all the same


class Side(NamedTuple):
    """A seslab to run: what it is called in messages, its command, where it runs and with what environment."""

    name: str
    command: Sequence[str]
    folder: Path
    environ: Mapping[str, str]


class Runs(NamedTuple):
    """What is asked of a side at once."""

    source: str
    strategies: Sequence[str]
    world: str
    seed: int
    replications: int = 1


def head() -> Side:
    """This seslab, in a process of its own like the other."""
    return Side("now", (sys.executable, "-m", "seslab"), Path.cwd(), os.environ)


@contextmanager
def base(text: str) -> Iterator[Side]:
    """A revision of the git repository here, checked out elsewhere as long as it is needed; else a command.

    Where the revision has a seslab of its own, that one runs; else this one, on the revision's scenarios. Raises
    BadInput for what is neither.
    """
    root = _git("rev-parse", "--show-toplevel")
    if root is not None and _git("rev-parse", "--verify", "--quiet", f"{text}^{{commit}}") is not None:
        with _checked_out(text, Path(root)) as folder:
            yield _side_of(text, folder, Path(root))
    else:
        yield _command(text)


def _git(*words: str) -> str | None:
    """What git answers; None if it refuses or is not there."""
    try:
        answer = subprocess.run(("git", *words), capture_output=True, text=True, check=False)
    except OSError:
        return None
    return answer.stdout.strip() if answer.returncode == 0 else None


@contextmanager
def _checked_out(revision: str, root: Path) -> Iterator[Path]:
    with TemporaryDirectory(prefix="seslab-base-") as folder:
        made = Path(folder, root.name)
        if _git("-C", str(root), "worktree", "add", "--detach", str(made), revision) is None:
            raise RunFailed(f"--against {printable(revision)}: git cannot check it out; see git worktree list")
        try:
            yield made
        finally:
            _git("-C", str(root), "worktree", "remove", "--force", str(made))


def _side_of(revision: str, folder: Path, root: Path) -> Side:
    environ = dict(os.environ)
    if (folder / "seslab.py").is_file():
        environ["PYTHONPATH"] = str(folder)
    return Side(revision, (sys.executable, "-m", "seslab"), folder / Path.cwd().relative_to(root), environ)


def _command(text: str) -> Side:
    words = shlex.split(text)
    if not words or shutil.which(words[0]) is None:
        raise BadInput(f"--against {printable(repr(text))}: neither a revision of a git repository here nor a command")
    return Side(text, words, Path.cwd(), os.environ)


def compared(side: Side, runs: Runs, out: Path) -> dict[str, Any]:
    """The comparison document of the runs, whose folder is `out`. Raises RunFailed with the side's own words."""
    strategies = [word for name in runs.strategies for word in ("-s", name)]
    words = ["compare", runs.source, *strategies, "--on", runs.world, "--seed", str(runs.seed)]
    words += ["--replications", str(runs.replications), "--out", str(out), "--json"]
    answer = subprocess.run(
        (*side.command, *words), cwd=side.folder, env=side.environ, capture_output=True, text=True, check=False
    )
    if answer.returncode not in _DONE:
        raise RunFailed(
            f"{side.name}: compare {runs.source} ended with {answer.returncode}: {_last_line(answer.stderr)}"
        )
    document: dict[str, Any] = json.loads(answer.stdout)
    return document


def _last_line(text: str) -> str:
    return printable((text.strip().splitlines() or ["it said nothing"])[-1])


def refuse_another_scenario(name: str, of_base: Path, of_head: Path) -> None:
    """Both folders' scenarios must be the same experiment. Raises BadInput."""
    if identity_of(load(str(of_base))) != identity_of(load(str(of_head))):
        raise BadInput(f"{name}: the base has another scenario of that name: account, mails, services, faults or seed")
