"""How a strategy looks in figures."""

from __future__ import annotations

from typing import Any, NamedTuple

COLOR = "^#[0-9A-Fa-f]{6}$"
MARKER = r"^[ov<>12348spP*hH+xXDd|_.^]$"
LINES = ("-", "--", "-.", ":")
HATCH = r"^[/\\|+xoO.*-]*$"
"""Regular expressions of what matplotlib knows, and its names for lines; a line may be an offset and dashes, too."""


class Look(NamedTuple):
    """One colour, marker, line style and hatch, as matplotlib names them; told apart without colour too.

    The colours of seslab's own are Okabe and Ito's, and a dark red: the colour-blind can tell them apart.
    """

    color: str
    marker: str
    linestyle: Any
    hatch: str
