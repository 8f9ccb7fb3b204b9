"""Runs side by side as a page: what became of the same mails, and every figure that differs."""

from __future__ import annotations

from collections.abc import Sequence

from reports.columns import Sheet
from reports.diff.answer import answer
from reports.documents.diff import DiffDocument
from reports.page.elements import lines
from reports.page.tables import sheet
from reports.page.whole import Page, Section, html


def page_of(diff: DiffDocument, shown: Sheet, said: Sequence[str]) -> str:
    """The page of a document's table and sentences; what was run stands in the table's title, line by line.

    Nothing is judged, so that the answer is neither good nor bad.
    """
    return html(
        Page(
            title="Runs side by side",
            about=shown.title.splitlines(),
            answer=answer(diff),
            is_good=None,
            sections=[
                Section("figures", "Figures", sheet(shown._replace(title="Figures that differ"))),
                Section("said", "In sentences", lines(said)),
            ],
        )
    )
