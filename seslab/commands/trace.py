"""`seslab trace`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from seslab.ctrl_c import ending_on_ctrl_c


def trace(
    source: Annotated[Path, typer.Argument(metavar="IN", help="SES events in JSON, an mbox or a maildir")],
    out: Annotated[Path, typer.Argument(metavar="OUT.csv", help="the trace to write")],
) -> None:
    """Make a trace from mail that was really sent.

    A scenario replays it with `process = "trace"`.

    $ seslab trace docs/examples/events.jsonl trace.csv
    """
    with ending_on_ctrl_c():
        from reports import terminal
        from scenarios.traffic.trace import make_trace
    terminal.tell(f"{out}: {make_trace(source, out).sentence()}")
