"""The folder of one robustness: its document, its scenario, its limiters and its picture."""

from __future__ import annotations

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
from reports.running.keeping import LIMITERS, ROBUSTNESS, SCENARIO, forget_documents
from reports.terminal import busy, to_json
from scenarios.errors import BadInput
from scenarios.system.reading import MOST_BYTES_OF_DOCUMENT, is_irregular, read_bytes
from scenarios.system.whole_files import is_same, make_folder, write_text


def prepare(directory: Path, read: Iterable[Named]) -> None:
    """As that of a comparison, and likewise for the file of limiters. Raises BadInput."""
    read = [*read]
    limiters = directory / LIMITERS
    if any(is_same(path, limiters) for _, path in read) or (limiters.exists() and not is_kept_in(directory)):
        raise BadInput(f"--out {directory}: has {LIMITERS}, which would be written over; name another folder")
    run_folder.prepare(directory, read=read)


def is_kept_in(directory: Path) -> bool:
    """Whether a folder has such a document."""
    return (directory / ROBUSTNESS).exists()


def save(directory: Path, robustness: RobustnessDocument, scenario_toml: str, limiters_toml: str) -> None:
    """Writes all of it. An earlier command's document goes: it speaks of another scenario."""
    forget_documents(directory)
    write_text(directory / SCENARIO, scenario_toml)
    write_text(directory / LIMITERS, limiters_toml)
    write_text(directory / ROBUSTNESS, to_json(robustness))
    draw(directory, robustness)


def document(directory: Path) -> RobustnessDocument:
    """The document of a folder that has one. Raises BadInput."""
    path = directory / ROBUSTNESS
    if is_irregular(path):
        raise BadInput(f"{path}: is no regular file")
    return parsed(RobustnessDocument, read_bytes(path, MOST_BYTES_OF_DOCUMENT), str(path))


def draw(directory: Path, robustness: RobustnessDocument) -> None:
    """Draws the picture, and the page around it. Raises BadInput."""
    make_folder(directory / FIGURES, advice=canvas.ADVICE)
    with busy("Drawing"), canvas.style():
        canvas.save(robust.draw(robustness, cell_text), directory / FIGURES, page.PICTURE.name)
    page.write(directory, robustness)
