"""A comparison as Markdown: for a job's summary or a comment on a pull request."""

from __future__ import annotations

from reports.columns import Sheet
from reports.compare.table import providers_of, sentences, table
from reports.documents.comparison import ComparisonDocument
from reports.markdown import document, grid, items, text


def markdown(comparison: ComparisonDocument) -> str:
    """What was run, the ranking with every column, mailbox providers, and all that the terminal says below it."""
    ranking = table(comparison)
    lead = [text(ranking.lead)] if ranking.lead else []
    providers = [part for one in providers_of(comparison) for part in (f"#### {text(one.title)}", *_parts(one))]
    return document(f"### {text(ranking.title)}", *lead, *_parts(ranking), *providers, items(sentences(comparison)))


def _parts(sheet: Sheet) -> tuple[str, str]:
    """The table, and what explains it."""
    caption = "; ".join(map(text, (*sheet.caption.splitlines(), *sheet.notes(range(len(sheet.columns))))))
    return grid([column.full_name for column in sheet.columns], sheet.rows, sheet.named_by), caption
