"""The folder of one advice: its document, a scenario with what it tells of as variants, limiters, picture and page."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

from reports.advise import page
from reports.advise.panels import panels
from reports.compare.ownership import FIGURES, refuse_another_question
from reports.documents.advice import AdviceDocument, Ended
from reports.documents.reading import parsed
from reports.figures import canvas, front
from reports.running.keeping import ADVICE, LIMITERS, SCENARIO, keep_together, write_texts
from reports.terminal import busy, to_json
from scenarios.errors import BadInput
from scenarios.hypotheses.hypothesis import Hypothesis
from scenarios.system.reading import MOST_BYTES_OF_DOCUMENT, is_regular, read_bytes
from scenarios.system.whole_files import make_folder


def refuse_another(directory: Path, figure: str, contenders: Collection[str], hypotheses: Iterable[Hypothesis]) -> None:
    """Raises BadInput for a folder with the answer to another question, which would be lost."""
    there = _kept_in(directory)
    if there is None:
        return
    asked = [
        ("figure", there["figure"], figure),
        ("contenders", there["contenders"], [*contenders]),
        ("limiters", there["hypotheses"], [one.name for one in hypotheses]),
    ]
    refuse_another_question(directory, "advice", asked)


def better_in(directory: Path, ended: Ended, runs: int) -> str:
    """What the folder's answer has before one that ended so after so many runs; nothing where this one is as good."""
    there = _kept_in(directory)
    if there is None or ended == "decided":
        return ""
    if there["ended"] == "decided":
        return "the decided advice that it has; this one is undecided"
    return f"the advice of {there['runs']:,} runs that it has; this one is of {runs:,}" if there["runs"] > runs else ""


def _kept_in(directory: Path) -> AdviceDocument | None:
    """What a folder has that can be read; nothing else could be lost."""
    path = directory / ADVICE
    try:
        return parsed(AdviceDocument, read_bytes(path, MOST_BYTES_OF_DOCUMENT), str(path)) if is_regular(path) else None
    except (BadInput, OSError):
        return None


def save(directory: Path, advice: AdviceDocument, scenario_toml: str, limiters_toml: str) -> None:
    """Keeps all of it; what is there stays until all is on disk. Raises BadInput and RunFailed."""

    def write(folder: Path) -> None:
        texts = {ADVICE: to_json(advice), SCENARIO: scenario_toml, LIMITERS: limiters_toml}
        write_texts(folder, texts)
        make_folder(folder / FIGURES)
        with busy("Drawing"), canvas.style():
            canvas.save(front.draw(advice, panels(advice)), folder / FIGURES, page.PICTURE.name)
        page.write(folder, advice)

    keep_together(directory, ADVICE, write)
