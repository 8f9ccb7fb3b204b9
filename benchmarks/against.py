"""This tree against another revision of it, in turns: `python -m benchmarks.against REVISION`."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tarfile
from collections.abc import Callable, Sequence
from functools import partial
from io import BytesIO
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.table import Table

from benchmarks.printing import console
from strategies.registry import STRATEGIES

HERE = Path(__file__).parents[1]
ROUNDS, MAILS = 2, 50_000

Work = Callable[[Path], float]
"""Does something with a tree's own code, and answers with its seconds of processor time."""


def main(revision: str) -> None:
    """Print what this tree takes, as a share of what the other takes."""
    with TemporaryDirectory(prefix="seslab-bench-") as folder:
        _unpack(revision, Path(folder))
        table = Table(title=f"This tree against {revision}: best of {ROUNDS} by processor time", box=None)
        for heading in ("what", f"{revision}, s", "here, s", "× of that"):
            table.add_column(heading, justify="left" if heading == "what" else "right")
        for name, work in _works(_strategies(Path(folder))).items():
            theirs_s, ours_s = _best(work, Path(folder), HERE)
            table.add_row(name, f"{theirs_s:.2f}", f"{ours_s:.2f}", f"{ours_s / theirs_s:.2f}")
        console.print(table)


def _works(strategies: Sequence[str]) -> dict[str, Work]:
    compare = ("compare", "broadcast-900", *chain.from_iterable(("-s", name) for name in strategies))
    return {
        "seslab --help": partial(_command, ("--help",)),
        "seslab compare broadcast-900": partial(_command, compare),
        **{f"a day of {MAILS:,} mails, {name}": partial(_day, name) for name in strategies},
    }


def _strategies(other: Path) -> list[str]:
    """Those that both trees have."""
    theirs = _run(other, "-c", "from strategies.registry import STRATEGIES; print(*STRATEGIES)").split()
    return [name for name in STRATEGIES if name in theirs]


def _unpack(revision: str, folder: Path) -> None:
    archive = subprocess.run(["git", "archive", revision], cwd=HERE, check=True, capture_output=True).stdout
    with tarfile.open(fileobj=BytesIO(archive)) as tar:
        tar.extractall(folder, filter="data")


def _best(work: Work, *trees: Path) -> list[float]:
    rounds = [[work(tree) for tree in trees] for _ in range(ROUNDS)]
    return [min(seconds) for seconds in zip(*rounds, strict=True)]


def _command(arguments: Sequence[str], tree: Path) -> float:
    before_s = _children_s()
    _run(tree, "-m", "seslab", *arguments)
    return _children_s() - before_s


def _day(strategy: str, tree: Path) -> float:
    """The run alone, as the tree's own benchmark measures it."""
    return float(json.loads(_run(tree, "-m", "benchmarks.scale", "day", strategy, str(MAILS)))[3])


def _run(tree: Path, *arguments: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=tree, env=environment, check=True, capture_output=True, text=True).stdout


def _children_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main(sys.argv[1])
