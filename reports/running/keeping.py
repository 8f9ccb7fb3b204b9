"""What a run leaves in its folder as soon as it is over, so that it can be read even if nothing follows it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from scenarios.ledger.ledger import Ledger
from scenarios.schema.model import Scenario
from scenarios.schema.scenario_file import as_toml
from scenarios.system.interrupts import interrupts_later
from scenarios.system.whole_files import replaced, write_text

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


def keep_alone(directory: Path, name: str, document: str, page: str) -> None:
    """Writes a document and its page into a folder that has no other ones, and no ledgers."""
    with interrupts_later():
        write_text(directory / name, document)
        write_text(directory / REPORT, page)


def keep_together(directory: Path, files: Mapping[str, bytes]) -> None:
    """Writes files by their names: what is there stays until all are on disk. Other commands' documents then go.

    The first one takes its place last.
    """
    with interrupts_later(), ExitStack() as together:
        for name, content in files.items():
            unfinished = together.enter_context(replaced(directory / name))
            unfinished.write_bytes(content)
        for name in {*DOCUMENTS, REPORT} - files.keys():
            (directory / name).unlink(missing_ok=True)
