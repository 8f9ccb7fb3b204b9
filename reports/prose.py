"""Sentences on a terminal: broken between words, never inside one."""

from __future__ import annotations

import re

from rich.cells import cell_len

HANG = 2  # blanks before what goes on below

_BETWEEN_WORDS = re.compile(r" (?!(?<=\d )(?:%|(?:ms|s|min|h|USD)\b))")
"""A number and its unit are one word."""


def broken(sentence: str, width: int, hang: int = HANG) -> list[str]:
    """Lines of at most that width, all but the first indented; a word that is longer has a line of its own."""
    said = sentence.lstrip(" ")
    indent = " " * (len(sentence) - len(said))
    first, *words = _BETWEEN_WORDS.split(said)
    lines, line = list[str](), [indent + first]
    used = cell_len(line[0])
    for word in words:
        if (longer := used + 1 + cell_len(word)) <= width:
            line.append(word)
            used = longer
        else:
            lines.append(" ".join(line))
            line = [_indented(word, indent + " " * hang, width)]
            used = cell_len(line[0])
    return [*lines, " ".join(line)]


def _indented(word: str, indent: str, width: int) -> str:
    """A word behind the indent, as far as it leaves room for one."""
    return indent[: max(0, width - cell_len(word))] + word
