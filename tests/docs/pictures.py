"""The pictures of the page on a better way, drawn into `docs/`: `python -m tests.docs.pictures`."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from reports.figures import canvas
from tests.docs.drawings import lanes, learning, structure
from tests.docs.examples import ROOT

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PICTURES: dict[str, Callable[[], Figure]] = {
    "pacemaker": structure.draw,
    "pacemaker-learns": learning.draw,
    "lanes": lanes.draw,
}


def draw(folder: Path) -> list[Path]:
    """Each picture as an SVG in the folder, from simulations of fixed seeds: always the same words and curves."""
    with canvas.style():
        return [canvas.save(picture(), folder, name)[0] for name, picture in PICTURES.items()]


def main() -> None:
    """Bring those of the documentation up to date."""
    with tempfile.TemporaryDirectory() as folder:
        for drawn in draw(Path(folder)):
            shutil.copy(drawn, ROOT / "docs" / drawn.name)


if __name__ == "__main__":
    main()
