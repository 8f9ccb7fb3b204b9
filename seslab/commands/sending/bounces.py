"""`seslab bounces`."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scenarios.errors import BadInput
from seslab.ctrl_c import ending_on_ctrl_c
from seslab.options import AsJson, Region, Since
from strategies.presentation.words import counted

if TYPE_CHECKING:
    from loadtests.deploy.peek import Peek
    from reports.events.reading import Listener

URL = ("http://", "https://")  # begins the name of a queue


def bounces(
    source: Annotated[
        list[str],
        typer.Argument(metavar="EVENTS...", help="files of SES events, folders of them, or the URL of an SQS queue"),
    ],
    *,
    since: Since = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="a folder for page, CSV and document")] = None,
    json: AsJson = False,
    csv: Annotated[bool, typer.Option("--csv", help="print the CSV and nothing else")] = False,
    endpoint: Annotated[str | None, typer.Option(metavar="URL", help="of a seslab serve that has the queue")] = None,
    region: Region = None,
    delete: Annotated[bool, typer.Option("--delete", help="take out of the queue what --out has kept")] = False,
) -> None:
    """Tell who cannot be reached, and what to do.

    Reads SES's events and says of each recipient to whom mail failed why, since when and how often.

    $ seslab bounces docs/examples/bounces.jsonl --since 2026-11-01 --out unreachable
    """
    with ending_on_ctrl_c():
        import sys
        import time

        from reports import terminal
        from reports.bounces import document as making
        from reports.bounces import folder, spreadsheet, table
        from reports.bounces.tallies import Tallies
        from reports.compare.folder import alone_in
        from reports.events.reading import Listener, hear_file, refuse_inside
        from reports.events.since import since as instant_of
        from scenarios.events.files import files_of
    queues = [one for one in source if one.startswith(URL)]
    _check(queues, since, out, json=json, csv=csv, delete=delete)
    paths = [Path(one) for one in source if one not in queues]
    tallies = Tallies() if since is None else Tallies(instant_of(since, time.time()))
    files = [file for path in paths for file in files_of(path)]
    if out is not None:
        refuse_inside(out, paths, "name another folder")
    with alone_in(out), ExitStack() as looks, terminal.counting("Reading events") as show:
        if out is not None:
            folder.prepare(out)
        listener = Listener(tallies, show)
        for file in files:
            hear_file(file, listener)
        seen = [(queue, *_look(looks, queue, region, endpoint, listener)) for queue in queues]
        document = making.document(tallies)
        if out is not None:
            folder.save(out, document)
        said = [_left(queue, peek, taken if delete else ()) for queue, peek, taken in seen]
    for sentence in (*listener.sentences(), *said):
        terminal.tell(sentence)
    if csv:
        sys.stdout.write(spreadsheet.to_csv(document))
    else:
        terminal.present(document, json, table.table(document), table.sentences(document))


def _check(queues: list[str], since: str | None, out: Path | None, *, json: bool, csv: bool, delete: bool) -> None:
    if json and csv:
        raise BadInput("--csv: not with --json; --out DIR keeps both")
    if delete and not queues:
        raise BadInput("--delete: is for queues, and EVENTS names none")
    if delete and out is None:
        raise BadInput("--delete: needs --out DIR, which keeps what the messages told")
    if delete and since is not None:
        raise BadInput("--delete: not with --since; events before it would be lost")


def _look(
    looks: ExitStack, queue: str, region: str | None, endpoint: str | None, listener: Listener
) -> tuple[Peek, list[str]]:
    """The look, which lasts as long as the stack, and the messages whose events are understood."""
    with ending_on_ctrl_c():
        from loadtests.deploy.peek import peeked
        from reports.events.reading import hear_text
    peek = looks.enter_context(peeked(queue, region, endpoint))
    return peek, [one.id for one in peek.messages() if hear_text(one.body, listener)]


def _left(queue: str, peek: Peek, taken: Iterable[str]) -> str:
    """Deletes what is to be taken out; what became of the messages."""
    gone = peek.take_out(taken)
    most = peek.most_receives()
    warning = f"; each look is one of the {most} receives after which it moves them away" if most and len(peek) else ""
    return f"{queue}: {counted(gone, 'message')} deleted, {len(peek):,} left{warning}"
