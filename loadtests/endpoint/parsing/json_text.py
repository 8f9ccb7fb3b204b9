"""JSON from strangers: however deep, long or odd it is, it is either read or wrong."""

from __future__ import annotations

import json
from typing import Any


def loaded(text: str | bytes) -> Any:
    """What the text says; raises ValueError if it is no JSON, or nested beyond what Python can follow."""
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def well_formed(text: str) -> str:
    """The text with a question mark for each half of a character, which JSON can spell and UTF-8 cannot."""
    return text if text.isascii() else text.encode(errors="replace").decode()
