"""Whose a folder is: a run writes over what earlier runs have left there, and over nothing else."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from reports.files import Named
from reports.running.keeping import ANSWERS, DOCUMENTS, OF_RUNS, REPORT, SCENARIO
from scenarios.errors import BadInput
from scenarios.formats import quoted
from scenarios.formats.quoted import printable
from scenarios.ledger.names import PATTERNS
from scenarios.schema.files import read_table
from scenarios.schema.scenario_file import as_toml, load
from scenarios.system.reading import MOST_BYTES_OF_DOCUMENT, is_regular, read_bytes
from scenarios.system.whole_files import is_same

FIGURES = "figures"
Asked = str | Sequence[str]
_PARQUET = b"PAR1"  # begins every such file
_PAGE = b'<meta name="generator" content="seslab">'
_OURS = re.compile(
    rb'\s*\{\s*"schema":\s*"seslab/'
    rb"(comparison|calibration|robustness|advice|gate|history|diff|bounces|sweep|plans?|warmups?|fit|origin)/"
)


def refuse_strange(directory: Path, option: str, read: Iterable[Named]) -> None:
    """Raises BadInput for a folder in which a run would write over what no run has left, or over what it reads."""
    for what in (what for what, path in read if is_same(path, directory / SCENARIO) and not _is_as_run(path)):
        raise BadInput(f"{option} {directory}: its {SCENARIO} is {what} that is read; name another folder")
    for what, its in ((what, its) for its in _written(directory) for what, path in read if is_same(path, its)):
        raise BadInput(f"{option} {directory}: its {its.name} is {what} that is read; name another folder")
    for name in _strange(directory):
        raise BadInput(f"{option} {directory}: has {name}, which no run has written; name another folder")


def refuse_misplaced(directory: Path, option: str, names: Iterable[str]) -> None:
    """Raises BadInput for a folder where a file of that name will be, or a file where a folder will.

    Found only when all is done, it would be in the way. A name with an ending is a file's.
    """
    for path in (directory / name for name in names):
        if os.path.lexists(path) and path.is_dir() is bool(path.suffix):
            trouble = "a folder, and a file will be there" if path.suffix else "no folder, and one will be there"
            raise BadInput(f"{option} {directory}: its {printable(path.name)} is {trouble}; name another folder")


def refuse_others(directory: Path, option: str, document: str) -> None:
    """Raises BadInput for a folder with what a command of another kind has kept: it would go, or stay and mislead.

    What runs have kept makes room for what other runs keep, as their ledgers do.
    """
    same = OF_RUNS if document in OF_RUNS else (document,)
    for name in (name for name in ANSWERS if name not in same and _is_ours(directory / name)):
        of = quoted.some(list(map(printable, _scenarios_of(directory, name))))
        raise BadInput(f"{option} {directory}: has {ANSWERS[name]}{f' of {of}' if of else ''}; name another folder")


def refuse_ledgers(directory: Path, option: str, document: str) -> None:
    """Raises BadInput for a folder with what a run has left that was killed before it had a document of its own."""
    ledgers = [path.name for pattern in PATTERNS for path in directory.glob(pattern)]
    for name in ledgers if document not in OF_RUNS else ():
        raise BadInput(f"{option} {directory}: has {name}, which {document} would replace; name another folder")


def refuse_another(directory: Path, option: str, document: str, scenarios: Sequence[str]) -> None:
    """Raises BadInput for a folder with results of other scenarios; made again, those of the same ones are replaced."""
    there = _scenarios_of(directory, document)
    if there and scenarios and sorted(there) != sorted(scenarios):
        theirs, ours = (quoted.some(list(map(printable, names))) for names in (there, scenarios))
        raise BadInput(f"{option} {directory}: has results of {theirs}, and not of {ours}; name another folder")


def refuse_another_question(directory: Path, answer: str, asked: Iterable[tuple[str, Asked, Asked]]) -> None:
    """Raises BadInput for a folder with the answer to another question, which would be lost.

    `asked` has what a question is made of: its name, and what it is there and here. A list's order is no matter.
    """
    for what, there, here in asked:
        if _unordered(there) != _unordered(here):
            theirs, ours = (printable(one if isinstance(one, str) else quoted.some(one)) for one in (there, here))
            raise BadInput(
                f"--out {directory}: has another {answer} ({what}: {theirs}; here {ours}); name another folder"
            )


def _unordered(told: Asked) -> Asked:
    return told if isinstance(told, str) else sorted(told)


def _scenarios_of(directory: Path, document: str) -> list[str]:
    """By their names, as far as the scenario beside a document, or else the document itself, tells."""
    try:
        if is_regular(directory / SCENARIO):
            return _names([read_table(directory / SCENARIO)])
    except BadInput:  # nothing that could be lost in silence
        return []
    return _scenarios_in(directory / document)


def _scenarios_in(document: Path) -> list[str]:
    try:
        whole = json.loads(read_bytes(document, MOST_BYTES_OF_DOCUMENT)) if is_regular(document) else {}
        return _names(whole.get("scenarios", [whole]))
    except (BadInput, OSError, ValueError, RecursionError, AttributeError):
        return []


def _names(told: Any) -> list[str]:
    return [name for one in told if isinstance(name := one.get("name") or one.get("scenario"), str)]


def _strange(directory: Path) -> Iterator[str]:
    documents = [directory / name for name in DOCUMENTS if os.path.exists(directory / name)]
    yield from (path.name for path in documents if not _is_ours(path))
    if os.path.exists(directory / REPORT) and not _is_page(directory / REPORT):
        yield REPORT
    ledgers = [path for pattern in PATTERNS for path in directory.glob(pattern)]
    yield from (path.name for path in ledgers if not _is_parquet(path))
    if not documents:  # a run that was killed before it had one may have left a scenario, and figures with its ledgers
        if os.path.exists(directory / SCENARIO) and not _is_as_run(directory / SCENARIO):
            yield SCENARIO
        if not ledgers and any(path.suffix in (".png", ".svg") for path in (directory / FIGURES).glob("*")):
            yield FIGURES


def _written(directory: Path) -> Iterator[Path]:
    """What a run would write over of what is there, besides its scenario."""
    for pattern in (*DOCUMENTS, REPORT, *PATTERNS, "locust-*", "hdr-*", "application-*.log", f"{FIGURES}/*"):
        yield from directory.glob(pattern)


def _is_ours(document: Path) -> bool:
    if not is_regular(document):
        return False
    with document.open("rb") as file:
        return _OURS.match(file.read(200)) is not None


def _is_page(page: Path) -> bool:
    if not is_regular(page):
        return False
    with page.open("rb") as file:
        return _PAGE in file.read(1000)


def _is_parquet(ledger: Path) -> bool:
    if not is_regular(ledger):
        return False
    with ledger.open("rb") as file:
        return file.read(len(_PARQUET)) == _PARQUET


def _is_as_run(scenario: Path) -> bool:
    """Whether it is a scenario as a run spells it out: nothing is lost if another run does."""
    try:
        return is_regular(scenario) and as_toml(load(str(scenario))).encode() == scenario.read_bytes()
    except (BadInput, OSError):
        return False
