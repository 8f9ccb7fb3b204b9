"""The folder of one advice: its document, a scenario with what it tells of as variants, limiters, picture and page."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from reports.advise import page
from reports.advise.panels import panels
from reports.compare.ownership import FIGURES
from reports.documents.advice import AdviceDocument
from reports.documents.reading import parsed
from reports.figures import canvas, front
from reports.running.keeping import ADVICE, LIMITERS, SCENARIO, keep_together
from reports.terminal import busy, to_json
from scenarios.errors import BadInput
from scenarios.formats.quoted import printable, some
from scenarios.system.reading import MOST_BYTES_OF_DOCUMENT, is_regular, read_bytes
from scenarios.system.whole_files import make_folder


def refuse_another(directory: Path, figure: str, contenders: Collection[str]) -> None:
    """Raises BadInput for a folder with the answer to another question, which would be lost."""
    there = _kept_in(directory)
    if there is None:
        return
    told = [("figure", there["figure"], figure)]
    if {*there["contenders"]} != {*contenders}:
        told.append(("contenders", some(there["contenders"]), some([*contenders])))
    for what, theirs, here in told:
        if theirs != here:
            said = f"{what}: {printable(theirs)}; here {printable(here)}"
            raise BadInput(f"--out {directory}: has another advice ({said}); name another folder")


def has_decided(directory: Path) -> bool:
    """Whether the folder has an answer that came to its end."""
    there = _kept_in(directory)
    return there is not None and there["ended"] == "decided"


def _kept_in(directory: Path) -> AdviceDocument | None:
    """What a folder has that can be read; nothing else could be lost."""
    path = directory / ADVICE
    try:
        return parsed(AdviceDocument, read_bytes(path, MOST_BYTES_OF_DOCUMENT), str(path)) if is_regular(path) else None
    except (BadInput, OSError):
        return None


def save(directory: Path, advice: AdviceDocument, scenario_toml: str, limiters_toml: str) -> None:
    """Writes all of it; what is there stays until the texts are on disk. Raises BadInput."""
    keep_together(directory, {ADVICE: to_json(advice), SCENARIO: scenario_toml, LIMITERS: limiters_toml})
    make_folder(directory / FIGURES, advice=canvas.ADVICE)
    with busy("Drawing"), canvas.style():
        canvas.save(front.draw(advice, panels(advice)), directory / FIGURES, page.PICTURE.name)
    page.write(directory, advice)
