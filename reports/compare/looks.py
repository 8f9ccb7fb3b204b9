"""Looks of strategies from outside as a document keeps them: figures are drawn again where the strategy is not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from reports.documents.comparison import ExplainedEntry, LookTable
from strategies.presentation.look import Look


def as_table(look: Look) -> LookTable:
    """A look as plain data."""
    line: Any = look.linestyle
    return {
        "color": look.color,
        "marker": look.marker,
        "linestyle": {"offset": line[0], "lengths": list(line[1])} if isinstance(line, tuple | list) else line,
        "hatch": look.hatch,
    }


def kept_in(entries: Iterable[ExplainedEntry]) -> dict[str, Look]:
    """The looks that a document has, by strategy."""
    return {entry["strategy"]: _look(entry["look"]) for entry in entries if "look" in entry}


def _look(table: LookTable) -> Look:
    line = table["linestyle"]
    dashed = line if isinstance(line, str) else (line["offset"], tuple(line["lengths"]))
    return Look(table["color"], table["marker"], dashed, table["hatch"])
