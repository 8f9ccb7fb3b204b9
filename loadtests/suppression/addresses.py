"""Addresses that people name, one by one or in a file."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from scenarios.errors import BadInput
from scenarios.formats.quoted import cut, printable
from scenarios.system.reading import MOST_BYTES_OF_DOCUMENT, read_text

REASONS = ("BOUNCE", "COMPLAINT")
COLUMNS = ("address", "reason", "since")
"""Of the CSV that `list` prints, and that can be read again."""

_QUOTED, _PLAIN, _DOMAIN = r'"(?:[^"\\]|\\.)+"', r"[^\s\"(),:;<>@\[\\\]]+", r"[^\s\"(),:;<>@\\]+"
_ADDRESS = re.compile(rf"(?:{_QUOTED}|{_PLAIN})@{_DOMAIN}")
_EXAMPLE = "such as you@example.org"


class Named(NamedTuple):
    """An address, and the reason that its line of a file gives, if it gives one."""

    address: str
    reason: str | None = None


def is_address(text: str) -> bool:
    """Whether it is one mailbox without a name, in whatever alphabet; SES decides whether it can be listed."""
    return _ADDRESS.fullmatch(text) is not None and text.isprintable()


def named(words: Sequence[str], file: Path | None) -> list[Named]:
    """Each once; none where none is named, and there is no file. Raises BadInput."""
    if words and file is not None:
        raise BadInput("--from: names addresses as well; leave out the file, or the addresses beside it")
    if file is None:
        return _distinct(Named(_checked(word, "ADDRESS")) for word in words)
    if found := _distinct(_in_file(file)):
        return found
    raise BadInput(f"--from {printable(file)}: names no address; write one a line")


def _distinct(found: Iterable[Named]) -> list[Named]:
    return list({one.address: one for one in found}.values())


def _checked(text: str, where: str) -> str:
    if not is_address(text):
        raise BadInput(f"{where} = {printable(cut(text))}: must be one address without a name, {_EXAMPLE}")
    return text


def _in_file(file: Path) -> Iterator[Named]:
    """A line each, or CSV with the columns of `list --csv`; `#` begins a line that is none."""
    lines = _lines(file)
    is_csv = bool(lines) and tuple(lines[0].strip().split(",")) == COLUMNS
    for number, line in enumerate(lines, 1):
        where = f"--from {printable(file)}: line {number}"
        text = line.strip()
        if not text or text.startswith("#") or (is_csv and number == 1):
            continue
        yield _row(text, where) if is_csv else Named(_checked(text, where))


def _row(text: str, where: str) -> Named:
    address, *rest = next(csv.reader([text])) or [""]
    reason = rest[0] if rest else ""
    if reason not in REASONS:
        raise BadInput(f"{where}: reason = {printable(cut(reason))}: must be {' or '.join(REASONS)}")
    return Named(_checked(address, where), reason)


def _lines(file: Path) -> list[str]:
    try:
        return read_text(file, MOST_BYTES_OF_DOCUMENT).replace("\r\n", "\n").split("\n")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise BadInput(f"--from {printable(file)}: line {line}: must be UTF-8 text, with an address a line") from error
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "no file's name"
        raise BadInput(f"--from {printable(file)}: {why}; name a text file with an address a line") from error
