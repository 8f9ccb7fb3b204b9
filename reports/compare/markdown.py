"""A comparison as Markdown: for a job's summary or a comment on a pull request."""

from __future__ import annotations

from reports.compare.table import sentences, table
from reports.documents.comparison import ComparisonDocument
from reports.markdown import document, grid, items, text


def markdown(comparison: ComparisonDocument) -> str:
    """What was run, the ranking with every column, and all that the terminal says below it."""
    sheet = table(comparison)
    ranking = grid([column.full_name for column in sheet.columns], sheet.rows, sheet.named_by)
    caption = "; ".join(map(text, (*sheet.caption.splitlines(), *sheet.notes(range(len(sheet.columns))))))
    lead = [text(sheet.lead)] if sheet.lead else []
    return document(f"### {text(sheet.title)}", *lead, ranking, caption, items(sentences(comparison)))
