"""The weekly report: the very page and CSV of `seslab bounces`, where there is nothing but Python.

A Lambda runs it: nothing here, nor in what this imports, needs more than Lambda's Python brings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from reports.bounces.document import document
from reports.bounces.page import page_of
from reports.bounces.spreadsheet import to_csv
from reports.bounces.table import answer, period
from reports.bounces.tallies import Tallies
from reports.events.reading import Listener

MODULE = __name__
READ = ("reports/page/page.css",)
"""What is read beside modules."""


class Report(NamedTuple):
    """Files by name, what they answer in a line, and of how many events."""

    files: dict[str, bytes]
    said: str
    events: int


def report(events: Iterable[Mapping[str, Any]], since_unix_s: float) -> Report:
    """Of the events that have happened since then; others may be among them, and copies."""
    listener = Listener(tallies := Tallies(since_unix_s), lambda _: None)
    for event in events:
        listener.hear(event)
    made = document(tallies)
    files = {"report.html": page_of(made).encode(), "bounces.csv": to_csv(made).encode()}
    return Report(files, f"{period(made)}: {answer(made)}", sum(listener.heard.values()))
