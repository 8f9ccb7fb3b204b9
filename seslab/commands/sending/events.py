"""`seslab events`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from seslab.ctrl_c import ending_on_ctrl_c
from seslab.options import Since
from strategies.presentation.words import counted


def events(
    source: Annotated[list[Path], typer.Argument(metavar="EVENTS...", help="files of SES events, or folders of them")],
    *,
    out: Annotated[Path, typer.Option(metavar="FILE", help="the Parquet file to write")],
    since: Since = None,
) -> None:
    """Make a table of SES's events, for queries.

    Writes Parquet, which DuckDB, Athena and QuickSight read: a row for each event and recipient.

    $ seslab events docs/examples/bounces.jsonl --out events.parquet
    """
    with ending_on_ctrl_c():
        import time
        from math import inf

        from reports import terminal
        from reports.events.parquet import table_at
        from reports.events.reading import Listener, hear_file, refuse_inside
        from reports.events.since import since as instant_of
        from scenarios.events.files import files_of
    since_unix_s = -inf if since is None else instant_of(since, time.time())
    refuse_inside(out, source, "name another file")
    files = [file for path in source for file in files_of(path)]
    with table_at(out, since_unix_s) as table, terminal.counting("Reading events") as show:
        listener = Listener(table, show)
        for file in files:
            hear_file(file, listener)
    for sentence in (*listener.sentences(), f"{out}: {counted(table.rows, 'row')}"):
        terminal.tell(sentence)
