"""A gate as Markdown: for a job's summary or a comment on a pull request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from reports.gate.table import causes, cells, interval_heading, moved, scenario_lines, verdict_line
from reports.units import MARKS

Document = Mapping[str, Any]
_COLUMNS = ("", "scenario", "strategy", "figure", "base", "now", "difference")


def markdown(gate: Document) -> str:
    """The verdict, what moved, why, and the rest folded away."""
    rows = [row for scenario in gate["scenarios"] for row in _rows(scenario)]
    every = [line for scenario in gate["scenarios"] for line in scenario_lines(scenario)]
    moved_table = grid((*_COLUMNS, interval_heading(gate)), rows) if rows else ""
    blocks = [f"### {verdict_line(gate)}", moved_table, _why(gate), _folded(every)]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _rows(scenario: Document) -> Iterator[list[str]]:
    for strategy in scenario["strategies"]:
        for metric in moved(strategy):
            yield [MARKS[metric["verdict"]], scenario["scenario"], strategy["strategy"], *cells(metric)]


def grid(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; what would end a cell is escaped."""
    lines = [columns, ["---"] * len(columns), *([_cell(text) for text in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", r"\|").replace("\n", " ")


def _why(gate: Document) -> str:
    lines = [
        f"- {scenario['scenario']}, {strategy['strategy']}: {clause}"
        for scenario in gate["scenarios"]
        for strategy in scenario["strategies"]
        for clause in causes(strategy)
    ]
    return "\n".join(lines)


def _folded(lines: Sequence[str]) -> str:
    inside = "\n".join(f"- {line.strip()}" for line in lines)
    return f"<details><summary>Every line</summary>\n\n{inside}\n\n</details>" if lines else ""
