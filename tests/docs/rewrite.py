"""Puts into the documentation what its compared examples really show: `python -m tests.docs.rewrite [PAGE…]`."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from tests.docs.examples import ROOT, Block, abridged, figures, pages, play
from tests.docs.operations import with_operations


def rewrite(page: Path, folder: Path) -> None:
    """Bring the compared blocks and the figures of one page up to date."""
    text = (ROOT / page).read_text()
    fresh: dict[Block, list[str]] = {}
    for played in play(page, folder):
        if "compared" in played.block.marks:
            command = played.step.command.replace("\n", "\n> ")
            shown = abridged(played.output, played.step.shown)
            fresh.setdefault(played.block, []).append(f"$ {command}\n{shown}\n" if shown else f"$ {command}\n")
    for block, parts in sorted(fresh.items(), key=lambda item: -item[0].start):
        text = text[: block.start] + "".join(parts) + text[block.start + len(block.text) :]
    (ROOT / page).write_text(with_operations(text))
    for copy, drawn in figures(page, folder):
        shutil.copy(drawn, copy)


def main() -> None:
    """Rewrite the named pages, or all of them."""
    for page in [Path(name) for name in sys.argv[1:]] or pages():
        with tempfile.TemporaryDirectory() as folder:
            rewrite(page, Path(folder))


if __name__ == "__main__":
    main()
