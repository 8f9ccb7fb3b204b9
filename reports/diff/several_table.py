"""Several runs side by side, each beside the first: one table for all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from string import ascii_uppercase
from typing import NamedTuple

from reports.columns import Block, Column, Row, Sheet
from reports.diff.table import FEW, MOST_KEYS, name_of, run_line, said_of
from reports.documents.diff import ChangedKey, DiffDocument, DiffFigure, DiffRun, DiffStrategy
from reports.markdown import document, headed, items, text
from reports.units import alike, change

SURE = "*"
"""Behind a value whose difference from A has an interval that does not hold 0."""


class Side(NamedTuple):
    """A run beside the first: its letter, what it is, and what it differs in."""

    letter: str
    run: DiffRun
    changed: Sequence[ChangedKey]
    strategies: Sequence[DiffStrategy]
    notes: Sequence[str]


class Beside(NamedTuple):
    """A strategy of a run, set beside one of the first run."""

    letter: str
    strategy: DiffStrategy


def sides_of(diff: DiffDocument) -> list[Side]:
    """All but the first run."""
    every = [diff, *diff.get("others", ())]
    return [
        Side(letter, one["b"], one["changed"], one["strategies"], one["notes"])
        for letter, one in zip(ascii_uppercase[1:], every, strict=False)
    ]


def table(diff: DiffDocument) -> Sheet:
    """A block for each strategy of the first run; figures that are the same in all runs are left out."""
    sides = sides_of(diff)
    columns = [Column("figure"), Column("A")]
    for number, side in enumerate(sides):
        columns += [Column(side.letter), Column(f"{side.letter} - A", falls=len(sides) - number)]
    return Sheet("\n".join(_titles(diff, sides)), columns, list(_blocks(sides)), _caption(sides))


def _titles(diff: DiffDocument, sides: Sequence[Side]) -> Iterator[str]:
    yield f"A: {run_line(diff['a'])}"
    for side in sides:
        yield f"{side.letter}: {run_line(side.run)}"
        for one in side.changed[:MOST_KEYS]:
            yield f"{one['key']}: {one['a'] or '-'} → {one['b'] or '-'}"


def _blocks(sides: Sequence[Side]) -> Iterator[Block]:
    """Wishes and names are the same for all, but a run may lack what another has."""
    for every in in_turn(sides):
        is_whole, name = len(every) == len(sides), name_in(every)
        rows = list(_rows([one.strategy for one in every])) if is_whole else []
        yield Block(rows, name if rows else f"{name}: {'the same' if is_whole else 'not in all runs'}")


def in_turn(sides: Sequence[Side]) -> Iterator[list[Beside]]:
    """For each strategy of the first run what stands for it in the others; a run may have none."""
    for name in (strategy["a"] for strategy in sides[0].strategies):
        yield [Beside(side.letter, one) for side in sides for one in side.strategies if one["a"] == name]


def name_in(every: Sequence[Beside]) -> str:
    """One name, or that of each run where they differ."""
    first, others = every[0].strategy["a"], [(one.letter, one.strategy["b"]) for one in every]
    if {name for _, name in others} == {first}:
        return first
    return ", ".join(f"{name} ({letter})" for letter, name in (("A", first), *others))


def _rows(beside: Sequence[DiffStrategy]) -> Iterator[Row]:
    by_name = [{one["figure"]: one for one in strategy["figures"]} for strategy in beside]
    for name in by_name[0]:
        figures = [one[name] for one in by_name if name in one]
        if len(figures) == len(beside) and any(map(_differs, figures)):
            yield [f"  {name}", *_cells(figures)]


def _differs(figure: DiffFigure) -> bool:
    return bool(figure["difference"]) or (figure["a"] is None) != (figure["b"] is None)


def _cells(figures: Sequence[DiffFigure]) -> Iterator[str]:
    """Values of all runs as exact as each other and as the differences; one that surely differs has its mark.

    Their units are in the figures' names, so that more runs stand beside each other.
    """
    values = [figures[0]["a"], *(one["b"] for one in figures)]
    first, *others = alike([*values, *(one["difference"] for one in figures)])[: len(values)]
    has_mark = any(map(_is_sure, figures))
    yield first
    for shown, one in zip(others, figures, strict=True):
        mark = SURE if _is_sure(one) else " "
        yield f"{shown} {mark}" if has_mark else shown
        yield change(one["a"], one["difference"])


def _is_sure(one: DiffFigure) -> bool:
    interval = one["interval"]
    return interval is not None and not interval[0] <= 0 <= interval[1]


def _caption(sides: Sequence[Side]) -> str:
    without = [side.letter for side in sides if not _has_intervals(side)]
    if len(without) == len(sides):
        return FEW
    few = [f"{', '.join(without)}: {FEW}"] if without else []
    return "\n".join((f"means; {SURE}: the 95 % interval of the difference from A does not hold 0", *few))


def _has_intervals(side: Side) -> bool:
    return any(one["by"] for strategy in side.strategies for one in strategy["figures"])


def sentences(diff: DiffDocument) -> list[str]:
    """What became of the same mails in each run, and what must be known of the runs."""
    sides = sides_of(diff)
    said = [
        f"{side.letter}: {name_of(one, side.letter)}: {said_of(one, side.letter)}"
        for side in sides
        for one in side.strategies
    ]
    return [*said, *(f"note: {note}" for note in dict.fromkeys(note for side in sides for note in side.notes))]


def markdown(diff: DiffDocument) -> str:
    """Headings, a table for each strategy, sentences."""
    whole = table(diff)
    columns = [column.full_name for column in whole.columns]
    runs = [f"A: {run_line(diff['a'])}", *(f"{one.letter}: {run_line(one.run)}" for one in sides_of(diff))]
    tables = [headed(one.heading, columns, one.rows) for one in whole.blocks]
    return document(f"### {text('; '.join(runs))}", *tables, text(whole.caption), items(sentences(diff)))
