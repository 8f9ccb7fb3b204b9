"""The folder of one advice: its document, a scenario with what it tells of as variants, limiters, picture and page."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from reports.advise import page
from reports.advise.panels import panels
from reports.compare.ownership import FIGURES, refuse_another_question
from reports.documents.advice import AdviceDocument
from reports.documents.reading import parsed
from reports.figures import canvas, front
from reports.running.keeping import ADVICE, LIMITERS, REPORT, SCENARIO, keep_together
from reports.terminal import busy, to_json
from scenarios.errors import BadInput
from scenarios.system.held import temporary_folder
from scenarios.system.reading import MOST_BYTES_OF_DOCUMENT, is_regular, read_bytes
from scenarios.system.whole_files import make_folder, write_text


def refuse_another(directory: Path, figure: str, contenders: Collection[str]) -> None:
    """Raises BadInput for a folder with the answer to another question, which would be lost."""
    there = _kept_in(directory)
    if there is None:
        return
    asked = [("figure", there["figure"], figure), ("contenders", there["contenders"], [*contenders])]
    refuse_another_question(directory, "advice", asked)


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
    """Writes all of it; what is there stays until all is on disk. Raises BadInput and RunFailed."""
    texts = {ADVICE: to_json(advice), SCENARIO: scenario_toml, LIMITERS: limiters_toml}
    drawn = _drawn(advice, scenario_toml)
    make_folder(directory / FIGURES, advice=canvas.ADVICE)
    keep_together(directory, {**{name: text.encode() for name, text in texts.items()}, **drawn})


def _drawn(advice: AdviceDocument, scenario_toml: str) -> dict[str, bytes]:
    """The picture and the page around it, made where they are in nobody's way."""
    with temporary_folder("seslab-advice-") as aside, busy("Drawing"), canvas.style():
        write_text(aside / SCENARIO, scenario_toml)
        make_folder(aside / FIGURES)
        pictures = canvas.save(front.draw(advice, panels(advice)), aside / FIGURES, page.PICTURE.name)
        page.write(aside, advice)
        return {str(path.relative_to(aside)): path.read_bytes() for path in (aside / REPORT, *pictures)}
