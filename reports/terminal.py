"""What a user sees in the terminal: results on standard output, messages on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from rich.console import Console
from rich.table import Table

TABLE_WIDTH = 110

err = Console(stderr=True)


def tell(line: str) -> None:
    """A message for a person."""
    err.print(line, highlight=False, soft_wrap=True)


def busy(doing: str) -> AbstractContextManager[object]:
    """A spinner on a terminal."""
    return err.status(doing) if err.is_terminal else nullcontext()


def to_json(document: Mapping[str, Any]) -> str:
    """The document as text, the same bytes for the same figures. NaN and infinities are not JSON and are refused."""
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def present(document: dict[str, Any], as_json: bool, table: Table, lines: Iterable[str]) -> None:
    """The document as it is, or as a table with sentences below."""
    if as_json:
        sys.stdout.write(to_json(document))
        return
    console = _console()
    console.print(table)
    console.print()
    for line in lines:
        console.print(line, soft_wrap=console.is_terminal, highlight=False)


def listing(rows: Iterable[tuple[str, ...]]) -> None:
    """Rows without a frame."""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for row in rows:
        table.add_row(*row)
    _console().print(table)


def _console() -> Console:
    """The table never falls apart: where it is not a terminal that says how wide it is, it is wide enough."""
    console = Console()
    return console if console.is_terminal else Console(width=TABLE_WIDTH)
