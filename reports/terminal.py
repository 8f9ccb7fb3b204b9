"""What a user sees in the terminal: results on standard output, messages on standard error."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from itertools import islice
from typing import Any

from rich.console import Console
from rich.text import Text

from reports.columns import Block, Sheet
from reports.layout import laid_out
from reports.listing import listed
from reports.prose import broken
from scenarios.formats.quoted import printable

_PIECES = 10_000  # of a text: joined now and then, they take no more memory than the text
_BEYOND_ASCII = re.compile(r"[^\n -~]")
UNBOUNDED = sys.maxsize  # a pipe has no width: what reads it wants a row, or a sentence, on one line

err = Console(stderr=True)


def tell(line: str) -> None:
    """A message for a person."""
    _say(err, line)


def tell_who_watches(line: str) -> None:
    """How far something has come, where there is a terminal to see it."""
    if err.is_interactive:
        tell(line)


def busy(doing: str) -> AbstractContextManager[object]:
    """A spinner on a terminal that can move one."""
    return err.status(doing) if err.is_interactive else nullcontext()


@contextmanager
def counting(doing: str) -> Iterator[Callable[[int], None]]:
    """The same with how many it has been so far, of which it is told."""
    with following(doing) as show:
        yield lambda done: show(f"{done:,}")


@contextmanager
def following(doing: str) -> Iterator[Callable[[str], None]]:
    """The same with how far it has come, in words that it is told."""
    if not err.is_interactive:
        yield lambda _: None
        return
    with err.status(doing) as status:
        yield lambda far: status.update(Text(f"{doing}: {printable(far)}"))


def to_json(document: Mapping[str, Any]) -> str:
    """The document as text, the same bytes for the same figures. NaN and infinities are not JSON and are refused.

    What would steer a terminal is spelt as JSON spells it; so is half a character, which UTF-8 cannot.
    """
    pieces = json.JSONEncoder(indent=2, ensure_ascii=False, allow_nan=False).iterencode(document)
    text = "".join(iter(lambda: "".join(islice(pieces, _PIECES)), ""))
    return _BEYOND_ASCII.sub(_spelt, text) + "\n"


def _spelt(found: re.Match[str]) -> str:
    return found[0] if found[0].isprintable() else json.dumps(found[0])[1:-1]


def present(
    document: Mapping[str, Any], as_json: bool, sheets: Sheet | tuple[Sheet, ...], lines: Iterable[str]
) -> None:
    """The document as it is, or as a table, or several, with sentences below."""
    if as_json:
        sys.stdout.write(to_json(document))
        return
    console = Console()
    for sheet in (sheets,) if isinstance(sheets, Sheet) else sheets:
        for line in (*laid_out(_spelt_out(sheet), _width(console)), Text()):
            _print(console, line)
    for sentence in lines:
        _say(console, sentence)


def _spelt_out(sheet: Sheet) -> Sheet:
    """Its cells as they will be printed, before they are measured."""
    blocks = [Block([[*map(printable, row)] for row in block.rows], block.heading) for block in sheet.blocks]
    return sheet._replace(blocks=blocks)


def listing(rows: Iterable[tuple[str, ...]]) -> None:
    """Rows without a frame, of which the last cell is prose."""
    console = Console()
    for line in listed(list(rows), _width(console)):
        _print(console, Text(line))


def _say(console: Console, sentence: str) -> None:
    for line in broken(sentence, _width(console)):
        _print(console, Text(line))


def _width(console: Console) -> int:
    return console.width if console.is_terminal else UNBOUNDED


def _print(console: Console, line: Text) -> None:
    """It has been broken already, and a name in brackets is no markup; what would steer the terminal is spelt out."""
    console.print(Text(printable(line.plain), line.style), soft_wrap=True)
