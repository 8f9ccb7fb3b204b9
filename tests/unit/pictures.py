"""What a reader finds in a picture."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree


def texts(path: Path) -> str:
    """Every text of an SVG, a line each."""
    return "\n".join(
        "".join(node.itertext()) for node in ElementTree.parse(path).iter("{http://www.w3.org/2000/svg}text")
    )
