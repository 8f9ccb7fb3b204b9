"""The folder of one robustness: its document, its scenario, its limiters and its picture."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from reports.compare import folder as run_folder
from reports.compare.ownership import FIGURES
from reports.documents.reading import parsed
from reports.documents.robustness import RobustnessDocument
from reports.figures import canvas, robust
from reports.files import Named
from reports.robust import page
from reports.robust.cell_text import cell_text
from reports.running.keeping import LIMITERS, ROBUSTNESS, SCENARIO, keep_together, write_texts
from reports.terminal import busy, to_json
from scenarios.errors import BadInput
from scenarios.formats.quoted import printable
from scenarios.hypotheses import sets
from scenarios.system.reading import MOST_BYTES_OF_DOCUMENT, is_irregular, read_bytes
from scenarios.system.whole_files import is_same, make_folder


def prepare(directory: Path, read: Iterable[Named], scenario: str, document: str = ROBUSTNESS) -> None:
    """As that of a comparison, and likewise for the file of limiters beside the document. Raises BadInput."""
    read = [*read]
    limiters = directory / LIMITERS
    if any(is_same(path, limiters) for _, path in read) or _is_strange(limiters):
        raise BadInput(f"--out {directory}: has {LIMITERS}, which would be written over; name another folder")
    run_folder.prepare(directory, read=read, document=document, scenarios=[scenario])


def _is_strange(limiters: Path) -> bool:
    """Whether it is neither beside a document nor as a command that was killed before it had one spells it out."""
    return os.path.lexists(limiters) and not is_kept_in(limiters.parent) and not sets.is_as_kept(limiters)


def is_kept_in(directory: Path) -> bool:
    """Whether a folder has such a document."""
    return (directory / ROBUSTNESS).exists()


def save(directory: Path, robustness: RobustnessDocument, scenario_toml: str, limiters_toml: str) -> None:
    """Keeps all of it; what is there stays until all is on disk. Other commands' documents go with it."""

    def write(folder: Path) -> None:
        texts = {ROBUSTNESS: to_json(robustness), SCENARIO: scenario_toml, LIMITERS: limiters_toml}
        write_texts(folder, texts)
        draw(folder, robustness)

    keep_together(directory, ROBUSTNESS, write)


def document(directory: Path) -> RobustnessDocument:
    """The document of a folder that has one. Raises BadInput."""
    path = directory / ROBUSTNESS
    if is_irregular(path):
        raise BadInput(f"{path}: is no regular file")
    robustness = parsed(RobustnessDocument, read_bytes(path, MOST_BYTES_OF_DOCUMENT), str(path))
    hypotheses = [one["name"] for one in robustness["hypotheses"]]
    for one in robustness["contenders"]:
        if [cell["hypothesis"] for cell in one["cells"]] != hypotheses:
            raise BadInput(
                printable(f"{path}: {one['contender']}: must have a cell for each of the hypotheses, in order")
            )
    return robustness


def draw(directory: Path, robustness: RobustnessDocument) -> None:
    """Draws the picture, and the page around it. Raises BadInput."""
    make_folder(directory / FIGURES, advice=canvas.ADVICE)
    with busy("Drawing"), canvas.style():
        canvas.save(robust.draw(robustness, cell_text), directory / FIGURES, page.PICTURE.name)
    page.write(directory, robustness)
