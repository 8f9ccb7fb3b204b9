"""What a run leaves in its folder as soon as it is over, so that it can be read even if nothing follows it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path

from scenarios.ledger.ledger import Ledger
from scenarios.schema.model import Scenario
from scenarios.schema.scenario_file import as_toml
from scenarios.system.held import temporary_folder
from scenarios.system.interrupts import interrupts_later
from scenarios.system.whole_files import make_folder, replaced, write_text

SCENARIO = "scenario.toml"
COMPARISON = "comparison.json"
CALIBRATION = "calibration.json"
ROBUSTNESS = "robustness.json"
ADVICE = "advice.json"
LIMITERS = "limiters.toml"  # beside either
REPORT = "report.html"
GATE = "gate.json"
HISTORY = "history.json"
DIFF = "diff.json"
BOUNCES = "bounces.json"
BOUNCES_CSV = "bounces.csv"  # beside it
ORIGIN = "origin.json"  # beside any of them
OF_RUNS = (COMPARISON, CALIBRATION)
DOCUMENTS = (*OF_RUNS, ROBUSTNESS, ADVICE, GATE, HISTORY, DIFF, BOUNCES, ORIGIN)
ANSWERS = {
    COMPARISON: "a comparison",
    CALIBRATION: "a calibration",
    ROBUSTNESS: "a robustness",
    ADVICE: "an advice",
    GATE: "a gate",
    HISTORY: "a history",
    DIFF: "a diff",
    BOUNCES: "a list of bounces",
    "sweep.json": "a sweep",
    "plan.json": "a plan",
    "plans.json": "plans",
    "warmup.json": "a warm-up",
    "warmups.json": "warm-ups",
    "fit.json": "a fit",
}
"""What a folder has, by its document."""


def keep(ledger: Ledger, scenario: Scenario, directory: Path) -> None:
    """Writes the ledger and its scenario. An earlier command's document goes: it speaks of other ledgers."""
    from scenarios.ledger import store

    with interrupts_later():
        for name in (*DOCUMENTS, REPORT):
            (directory / name).unlink(missing_ok=True)
        write_text(directory / SCENARIO, as_toml(scenario))
        store.write(ledger, directory)


def keep_together(
    directory: Path, document: str, write: Callable[[Path], None], others: Iterable[str] = (*DOCUMENTS, REPORT)
) -> None:
    """Keeps all that `write` writes into the folder that it is given: what is there stays until all is on disk.

    Ctrl-C ends what writes, and waits once all is written. The document takes its place last; of the others, which an
    earlier command may have left, those that are not written anew go. Raises as `replaced` does.
    """
    with temporary_folder("seslab-kept-") as aside:
        write(aside)
        written = {str(path.relative_to(aside)) for path in aside.rglob("*") if path.is_file()}
        with interrupts_later(), ExitStack() as together:
            for name in sorted(written, key=lambda name: (name != document, name)):
                make_folder((directory / name).parent)
                _copy(aside / name, together.enter_context(replaced(directory / name)))
            for name in {*others} - written:
                (directory / name).unlink(missing_ok=True)


def keep_texts(directory: Path, document: str, texts: Mapping[str, str]) -> None:
    """The same of nothing but texts, by their files' names."""
    keep_together(directory, document, lambda folder: write_texts(folder, texts))


def write_texts(folder: Path, texts: Mapping[str, str]) -> None:
    """Each into its file."""
    for name, text in texts.items():
        write_text(folder / name, text)


def _copy(path: Path, unfinished: Path) -> None:
    """To the disk itself, which may turn out to be full only then: the first file must not take its place before."""
    with path.open("rb") as source, unfinished.open("wb") as file:
        shutil.copyfileobj(source, file)
        file.flush()
        os.fsync(file.fileno())
