"""Markdown from texts that know nothing of it: whatever a name holds, it is shown as it is and breaks nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from reports.columns import Row
from scenarios.formats.quoted import printable

_MEANING = re.compile(r"[\\`\[\]<>&|~#$*]|(?<!\w)_|_(?!\w)")
"""What would begin or end something; an underscore within a word does not."""

_OPENING = re.compile(r"^(\d*)([-+=]|[.)](?=\s|$))")
"""What would begin a list, or a rule, within a list."""


def text(said: str) -> str:
    """On one line."""
    return _MEANING.sub(r"\\\g<0>", printable(" ".join(said.split())))


def items(lines: Iterable[str]) -> str:
    """A list."""
    return "\n".join(f"- {_opened(line)}" for line in lines)


def _opened(line: str) -> str:
    return _OPENING.sub(r"\1\\\2", text(line))


def grid(columns: Sequence[str], rows: Iterable[Row], named_by: int = 1) -> str:
    """A table, whose first columns name the row; the others hold numbers, which end below one another."""
    rule = ["---" if number < named_by else "---:" for number in range(len(columns))]
    lines = [map(text, columns), rule, *(map(text, row) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def headed(heading: str, columns: Sequence[str], rows: Sequence[Row]) -> str:
    """A table under its heading, which stands alone where there are no rows."""
    return f"**{text(heading)}**" + (f"\n\n{grid(columns, rows)}" if rows else "")


def document(*blocks: str) -> str:
    """What is there of the blocks, apart from each other."""
    return "\n\n".join(block for block in blocks if block) + "\n"
