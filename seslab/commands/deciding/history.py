"""`seslab history`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scenarios.errors import BadInput
from seslab.ctrl_c import ending_on_ctrl_c
from seslab.options import AsJson, PageOut, Summary


def history(
    directory: Annotated[
        list[Path], typer.Argument(metavar="DIR...", help="folders with what --out has made, at whatever depth")
    ],
    *,
    figure: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            show_default="what is lost or sent twice, p99, makespan, cost",
            help="a figure to follow, such as latency_s.p99; may be repeated",
        ),
    ] = None,
    last: Annotated[
        int | None, typer.Option(metavar="N", min=1, show_default="all", help="only the newest N commits")
    ] = None,
    skip_broken: Annotated[
        bool, typer.Option("--skip-broken", help="leave out folders with what cannot be read, and say which")
    ] = False,
    out: PageOut = None,
    summary: Summary = None,
    json: AsJson = False,
) -> None:
    """Follow figures and verdicts over many commits.

    Reads the documents that gate, compare and loadtest have left with --out.

    $ seslab history artifacts --out history
    """
    with ending_on_ctrl_c():
        from reports import files, terminal
        from reports.compare.folder import alone_in
        from reports.history import document as making
        from reports.history import folder, table
        from reports.history.reading import commits_in, refuse
    figures = making.wished(figure or ())
    broken: list[BadInput] = []
    commits = commits_in(directory, broken.append if skip_broken else refuse)
    if not commits:
        raise broken[0]
    with alone_in(out):
        if out is not None:
            folder.prepare(out, [name for one in commits for name in one.folders])
        if summary is not None:
            files.refuse_unwritable("--summary", summary)
        document = making.document(commits[-last:] if last else commits, figures, [*map(str, broken)])
        if out is not None:
            folder.save(out, document)
    if summary is not None:
        files.append(summary, table.markdown(document))
    terminal.present(document, json, table.table(document), table.sentences(document))
