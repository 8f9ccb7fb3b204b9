"""A table for people as HTML: the same cells as on a terminal, all columns, and a card for each row on a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from reports.columns import Block, Column, Row, Sheet
from reports.page.elements import Markup, element, joined, key, key_in_attribute

Named = Callable[[str], Markup]
"""What stands for a row's name: the name with a sign beside it, or the name alone."""


def sheet(table: Sheet, sentences: Sequence[str] = (), named: Named = key) -> Markup:
    """The table with its caption; each row with its sentence, in the order of the rows, where there are any."""
    said = iter(sentences)
    columns, title = _columns(table.columns), "; ".join(table.title.splitlines())
    bodies = [
        element("tbody", *_heading(block, len(columns)), *_rows(block, table, said, named), role="rowgroup")
        for block in table.blocks
    ]
    head = element("thead", element("tr", *map(_header, columns), role="row"), role="rowgroup")
    whole = element(
        "table",
        element("caption", element("span", title)),
        head,
        *bodies,
        role="table",
        class_=f"sheet named-{table.named_by}",
    )
    return joined((_scrolling(whole, title), _notes(table)))


def _scrolling(table: Markup, title: str) -> Markup:
    """What is wider than the page is reached with the keyboard, too."""
    return element("div", table, class_="scroll", role="region", aria_label=title, tabindex=0)


def _columns(columns: Sequence[Column]) -> list[Column]:
    return [Column("place") if column.heading == "#" else column for column in columns]


def _header(column: Column) -> Markup:
    unit = element("small", f" {column.unit}") if column.unit else ""
    return element("th", key(column.name), unit, scope="col", role="columnheader")


def _heading(block: Block, columns: int) -> Iterator[Markup]:
    if block.heading:
        cell = element("th", block.heading, scope="rowgroup", role="rowheader", colspan=columns)
        yield element("tr", cell, role="row", class_="heading")


def _rows(block: Block, table: Sheet, said: Iterator[str], named: Named) -> Iterator[Markup]:
    for row in block.rows:
        yield element("tr", *_cells(row, table, named), role="row")
        for sentence in [*filter(None, [next(said, "")])]:
            cell = element("td", element("div", sentence), colspan=len(row), role="cell")
            yield element("tr", cell, role="row", class_="said")


def _cells(row: Row, table: Sheet, named: Named) -> Iterator[Markup]:
    """The last of the cells that name a row is its header; each other one bears its column's name for cards."""
    for number, (cell, column) in enumerate(zip(row, table.columns, strict=True)):
        if number == table.named_by - 1:
            yield element("th", named(cell.strip()), scope="row", role="rowheader")
        elif number < table.named_by:
            yield element("td", cell, role="cell", class_="place")
        else:
            yield element("td", cell, role="cell", data_name=key_in_attribute(column.full_name))


def _notes(table: Sheet) -> Markup:
    notes = [*table.caption.splitlines(), *table.notes(range(len(table.columns)))]
    return element("p", "; ".join(notes), class_="notes") if notes else Markup()
