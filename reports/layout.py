"""A table line by line, as a terminal of some width shows it: whole, without the columns that fall away, or stacked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from rich.cells import cell_len
from rich.text import Text

from reports.columns import GAP, Row, Sheet, breadth, left, right
from reports.prose import broken

INDENT, APART = 2, 2  # blanks before a stacked row's figures; between a figure's name and itself


def laid_out(sheet: Sheet, width: int) -> list[Text]:
    """No line is wider, unless a stacked figure or a single word is."""
    if not sheet.rows:
        return _framed(sheet, 0, _beside(sheet, (), width), (), width)
    kept = sheet.kept_within(width)
    if kept is None:
        return _framed(sheet, width, _stacked(sheet, width), sheet.notes(range(len(sheet.columns))), width)
    taken = breadth(_widths(sheet, kept))
    more = (*sheet.notes(kept), *_missing(sheet, kept, width))
    return _framed(sheet, taken, _beside(sheet, kept, width), more, width)


def _framed(sheet: Sheet, taken: int, body: Iterable[Text], more: Iterable[str], width: int) -> list[Text]:
    """Between its title and its caption, which are in the middle of what the table takes; its lead is above them."""
    caption = (*sheet.caption.splitlines(), *more)
    return [
        *(Text(line) for line in (*broken(sheet.lead, width), "") if sheet.lead),
        *_centred(sheet.title.splitlines(), "table.title", taken, width),
        *body,
        *_centred(caption, "table.caption", taken, width),
    ]


def _missing(sheet: Sheet, kept: Sequence[int], width: int) -> Iterator[str]:
    gone = [column.name for number, column in enumerate(sheet.columns) if number not in kept]
    if gone:
        yield f"not shown at {width} columns: {', '.join(gone)}"
        yield f"{sheet.width} columns, or a pipe, show all of it"


def _centred(paragraphs: Sequence[str], style: str, taken: int, width: int) -> Iterator[Text]:
    """Over or under what the table takes; lines that are wider begin where it does."""
    for line in (line for paragraph in paragraphs for line in broken(paragraph, width, hang=0)):
        yield Text(" " * max(0, (taken - cell_len(line)) // 2) + line, style)


def _beside(sheet: Sheet, kept: Sequence[int], width: int) -> Iterator[Text]:
    """The columns side by side, below their headings."""
    widths = _widths(sheet, kept)
    line = partial(_line, kept, widths, sheet.named_by)
    if sheet.rows:
        yield from (Text(line(row), "table.header") for row in _headings(sheet))
        yield Text("─" * breadth(widths))
    for number, block in enumerate(sheet.blocks):
        yield from _opening(number, block.heading, width)
        yield from (Text(line(row)) for row in block.rows)


def _widths(sheet: Sheet, kept: Sequence[int]) -> list[int]:
    widths = sheet.widths
    return [widths[number] for number in kept]


def _headings(sheet: Sheet) -> Iterator[Row]:
    """Lines that end at the rule, however many a column has."""
    height = max(len(column.above) for column in sheet.columns)
    above = [[""] * (height - len(column.above)) + column.above for column in sheet.columns]
    yield from zip(*above, strict=True)


def _opening(number: int, heading: str, width: int) -> Iterator[Text]:
    """What parts a block from the one above, and what stands above its rows."""
    if number:
        yield Text()
    if heading:
        yield from map(Text, broken(heading, width))


def _line(kept: Sequence[int], widths: Sequence[int], named_by: int, row: Row) -> str:
    """Cells under one another: what names the row begins where its column does, all else ends there."""
    cells = (
        (left if number == named_by - 1 else right)(row[number], width)
        for number, width in zip(kept, widths, strict=True)
    )
    return (" " * GAP).join(cells).rstrip()


def _stacked(sheet: Sheet, width: int) -> Iterator[Text]:
    """Each row's name, and below it a line for each figure."""
    names = [column.full_name for column in sheet.columns[sheet.named_by :]]
    figures = [figure for row in sheet.rows for figure in row[sheet.named_by :]]
    widths = [max(map(cell_len, texts), default=0) for texts in (names, figures)]
    for number, block in enumerate(sheet.blocks):
        yield from _opening(number, block.heading, width)
        for row in block.rows:
            yield from map(Text, _pile(" ".join(row[: sheet.named_by]), names, row[sheet.named_by :], widths, width))


def _pile(name: str, names: Row, figures: Row, widths: Sequence[int], width: int) -> Iterator[str]:
    """A figure that is too long to stand beside its name stands below it."""
    yield name
    indent = " " * (INDENT + len(name) - len(name.lstrip()))
    room = width - len(indent) - widths[0] - APART
    for its_name, figure in zip(names, figures, strict=True):
        if cell_len(figure) <= room:
            yield f"{indent}{left(its_name, widths[0] + APART)}{right(figure, min(widths[1], room))}"
        else:
            yield indent + its_name
            yield from broken(f"{indent}  {figure}", width)
