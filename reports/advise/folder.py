"""The folder of one advice: its document, a scenario with what it tells of as variants, limiters, picture and page."""

from __future__ import annotations

from pathlib import Path

from reports.advise import page
from reports.advise.panels import panels
from reports.compare.ownership import FIGURES
from reports.documents.advice import AdviceDocument
from reports.figures import canvas, front
from reports.running.keeping import ADVICE, LIMITERS, SCENARIO, keep_together
from reports.terminal import busy, to_json
from scenarios.system.whole_files import make_folder


def save(directory: Path, advice: AdviceDocument, scenario_toml: str, limiters_toml: str) -> None:
    """Writes all of it; what is there stays until the texts are on disk. Raises BadInput."""
    keep_together(directory, {ADVICE: to_json(advice), SCENARIO: scenario_toml, LIMITERS: limiters_toml})
    make_folder(directory / FIGURES, advice=canvas.ADVICE)
    with busy("Drawing"), canvas.style():
        canvas.save(front.draw(advice, panels(advice)), directory / FIGURES, page.PICTURE.name)
    page.write(directory, advice)
