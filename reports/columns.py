"""Tables as data: their columns, and which of them a width holds. A column is shown whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

GAP = 1  # blanks between two columns

Row = Sequence[str]

_AMID_A_WORD = re.compile(r"-\n|(?<=[._])\n|\n(?=[._])")
"""Where a heading is broken within a word or a key."""


class Column(NamedTuple):
    """A heading of one line or several, the unit of all its cells, when it falls away, and what explains it."""

    heading: str
    unit: str = ""
    falls: int = 0  # its place in the order in which columns fall away, 1 first; 0: it stays
    note: str = ""

    @property
    def above(self) -> list[str]:
        """The lines above the cells."""
        return [*self.heading.split("\n"), *([self.unit] if self.unit else [])]

    @property
    def name(self) -> str:
        """The heading on one line; a hyphen at a line's end is not part of it, and keys have no blanks."""
        return _AMID_A_WORD.sub("", self.heading).replace("\n", " ")

    @property
    def full_name(self) -> str:
        """The heading on one line, with the unit."""
        return f"{self.name} ({self.unit})" if self.unit else self.name


class Block(NamedTuple):
    """Rows that belong together, perhaps below a line that says to what."""

    rows: Sequence[Row]
    heading: str = ""


class Sheet(NamedTuple):
    """A table for people; the first `named_by` columns name a row, the others hold its figures.

    `lead` is a sentence above it: what the table comes to.
    """

    title: str
    columns: Sequence[Column]
    blocks: Sequence[Block]
    caption: str = ""
    named_by: int = 1
    lead: str = ""

    def told_of(self, name: str) -> Sheet:
        """The same below a sentence that says whose it is."""
        return self._replace(lead=f"{name}: {self.lead}")

    @property
    def rows(self) -> list[Row]:
        """Those of all blocks."""
        return [row for block in self.blocks for row in block.rows]

    @property
    def widths(self) -> list[int]:
        """What each column takes to show its longest cell, and its heading."""
        cells = zip(*self.rows, strict=True) if self.rows else [()] * len(self.columns)
        return [max(map(_cells, (*column.above, *mine))) for column, mine in zip(self.columns, cells, strict=True)]

    @property
    def width(self) -> int:
        """What all columns take."""
        return breadth(self.widths)

    def notes(self, kept: Iterable[int]) -> list[str]:
        """What explains these columns; those with the same note share a line."""
        named: dict[str, list[str]] = {}
        for column in (self.columns[number] for number in kept):
            if column.note:
                named.setdefault(column.note, []).append(column.name)
        return [f"{', '.join(names)}: {note}" for note, names in named.items()]

    def kept_within(self, width: int) -> list[int] | None:
        """The numbers of the columns that are shown; None where even those that stay are too wide."""
        widths = self.widths
        kept = list(range(len(widths)))
        falling = sorted((number for number in kept if self.columns[number].falls), key=self._turn)
        while breadth([widths[number] for number in kept]) > width:
            if not falling:
                return None
            kept.remove(falling.pop(0))
        return kept

    def _turn(self, number: int) -> int:
        return self.columns[number].falls


def breadth(widths: Sequence[int]) -> int:
    """Of columns beside one another."""
    return sum(widths) + GAP * (len(widths) - 1)


def left(text: str, width: int) -> str:
    """Text that begins where its column does."""
    return text + " " * (width - _cells(text))


def right(text: str, width: int) -> str:
    """Text that ends where its column does."""
    return " " * (width - _cells(text)) + text


def _cells(text: str) -> int:
    """How wide it is on a terminal; only there Rich is needed, which is not wherever a page is made."""
    from rich.cells import cell_len

    return cell_len(text)
