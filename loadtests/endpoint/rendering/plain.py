"""Templates of nothing but text and plain variables: the engine reads them once, and is not asked for each mail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from loadtests.endpoint.rendering import engine
from loadtests.endpoint.rendering.engine import MOST_CHARACTERS, Room, Unrendered

Piece = str | list[str]
"""Text, or in a list the name of a variable."""
BLOCK = "{{#"  # begins what is not plain, as can be seen without the engine, before which there may be a line


def fill(parts: Sequence[str], values: Mapping[str, Any], room: Room | None = None) -> list[str]:
    """The parts with the values of a JSON object in them; raises Unrendered."""
    if any(BLOCK in part for part in parts):
        return engine.fill(parts, values, room)
    filled = [_filled(part, values) for part in parts]
    texts = [text for text in filled if text is not None]
    if len(texts) == len(filled) and sum(map(len, texts)) <= MOST_CHARACTERS:
        return texts
    return engine.fill(parts, values, room)


def _filled(source: str, values: Mapping[str, Any]) -> str | None:
    """None if the engine must say, because there is more to it than putting text into text."""
    pieces = _pieces(source)
    if pieces is None:
        return None
    texts, length = [], 0
    for piece in pieces:
        text = piece if isinstance(piece, str) else values.get(piece[0])
        if not isinstance(text, str) or length > MOST_CHARACTERS:
            return None
        texts.append(text)
        length += len(text)
    return "".join(texts)


@lru_cache(32)
def _pieces(source: str) -> list[Piece] | None:
    """None for a template that is not plain, or is none."""
    if "{{" not in source and "\0" not in source:
        return [source]
    try:
        pieces: list[Piece] | None = engine.engine().ask(Room(), "pieces", [source])["pieces"]
    except Unrendered:
        return None
    return pieces
