"""A gate as Markdown: for a job's summary or a comment on a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reports.columns import Row
from reports.documents.gate import GateDocument, GateScenario
from reports.gate.table import causes, cells, interval_heading, moved, scenario_lines, verdict_line
from reports.markdown import document, grid, items, text
from reports.units import MARKS
from scenarios.verdicts import FAIL

_NAMES = ("", "scenario", "strategy", "figure")
_NUMBERS = ("base", "now", "difference")


def markdown(gate: GateDocument) -> str:
    """The verdict, what moved, why, and the rest folded away."""
    rows = [row for scenario in gate["scenarios"] for row in _rows(scenario)]
    every = [line for scenario in gate["scenarios"] for line in scenario_lines(scenario)]
    columns = (*_NAMES, *_NUMBERS, interval_heading(gate))
    moved_table = grid(columns, rows, named_by=len(_NAMES)) if rows else ""
    return document(f"### {text(verdict_line(gate))}", moved_table, items(_why(gate)), _folded(every))


def without_verdict(why: str) -> str:
    """Of a gate that could not be made."""
    return document(f"### {MARKS[FAIL]} {text(f'no verdict: {why}')}")


def _rows(scenario: GateScenario) -> Iterator[Row]:
    for strategy in scenario["strategies"]:
        for metric in moved(strategy):
            yield [MARKS[metric["verdict"]], scenario["scenario"], strategy["strategy"], *cells(metric)]


def _why(gate: GateDocument) -> Iterator[str]:
    for scenario in gate["scenarios"]:
        for strategy in scenario["strategies"]:
            for clause in causes(strategy):
                yield f"{scenario['scenario']}, {strategy['strategy']}: {clause}"


def _folded(lines: Sequence[str]) -> str:
    return f"<details><summary>Every line</summary>\n\n{items(lines)}\n\n</details>" if lines else ""
