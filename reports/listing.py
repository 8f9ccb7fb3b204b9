"""A list line by line: names, and beside or below them what they mean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len

from reports.columns import Row, left
from reports.prose import broken

APART, INDENT = 2, 4  # blanks between two cells; before prose that stands below its name
LEAST_PROSE = 30  # columns for prose beside its name


def listed(rows: Sequence[Row], width: int) -> Iterator[str]:
    """Rows of which the last cell is prose: beside the others, or below them where little room is left."""
    *heads, prose = zip(*rows, strict=True) if rows else [()]
    widths = [max(map(cell_len, column)) + APART for column in heads]
    room = width - sum(widths)
    if room >= min(LEAST_PROSE, max(map(cell_len, prose), default=0)):
        yield from (line for row in rows for line in _beside(row, widths, room))
    else:
        yield from (line for row in rows for line in _below(row, width))


def _beside(row: Row, widths: Sequence[int], room: int) -> Iterator[str]:
    *cells, said = row
    head = "".join(map(left, cells, widths))
    for line in broken(said, room, hang=0):
        yield (head + line).rstrip()
        head = " " * sum(widths)


def _below(row: Row, width: int) -> Iterator[str]:
    *cells, said = row
    head = (" " * APART).join(cell for cell in cells if cell)
    yield head
    yield from broken(" " * (INDENT + len(head) - len(head.lstrip())) + said, width, hang=0)
