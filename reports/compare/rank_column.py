"""The figure by which a scenario ranks has a column that stays, however narrow the terminal is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from reports.columns import Column
from reports.compare.part_columns import shortened
from reports.ranking.typical import typical
from reports.units import alike, unit_of
from reports.words import seconds
from scenarios.entry import StrategyEntry
from scenarios.figures import in_two


class RankColumn(NamedTuple):
    """Its heading, and the cell of each entry."""

    column: Column
    cells: Sequence[str]


def of_rank(by: str, entries: Sequence[StrategyEntry], note: str) -> RankColumn:
    """Of a figure that has no other column."""
    unit = unit_of(by).strip()
    values = [typical(entry, by) for entry in entries]
    cells = list(map(seconds, values)) if unit == "s" else alike(values)
    return RankColumn(Column(heading(by), unit, note=note), cells)


def heading(by: str) -> str:
    """The figure's words, the last one first and each on a line of its own: without the unit, which stands below."""
    whose, figure = in_two(by)
    words = [word.removesuffix("_s").removesuffix("_usd").removesuffix("_per") for word in figure.split(".")[::-1]]
    of = [f"of {shortened([whose.split('.')[1]])[0]}"] if whose else []
    return "\n".join((*words, *of))


def with_rank_last(columns: dict[str, Column], by: str) -> dict[str, Column]:
    """The columns by their figures; that of the one that ranks stays, and the makespan falls away instead, the last."""
    last = 1 + max(column.falls for column in columns.values())
    turns = {"makespan_s": last, by: 0}
    return {name: column._replace(falls=turns.get(name, column.falls)) for name, column in columns.items()}
