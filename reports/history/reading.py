"""Which folders have documents, and which of them are of one commit."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from reports.documents.comparison import ComparisonDocument
from reports.documents.gate import GateDocument
from reports.documents.origin import OriginDocument
from reports.documents.reading import Document, parsed
from reports.running.keeping import COMPARISON, GATE, ORIGIN
from scenarios.errors import BadInput
from scenarios.formats.quoted import printable
from scenarios.system.reading import MOST_BYTES_OF_DOCUMENT, is_irregular, read_bytes

SHORT = 7  # letters of a commit


@dataclass
class Commit:
    """What was kept of one commit, or of one folder of which none is known."""

    name: str
    commit: str | None
    made_unix_s: float | None
    folders: list[str] = field(default_factory=list)
    gates: list[GateDocument] = field(default_factory=list)
    comparisons: list[ComparisonDocument] = field(default_factory=list)


class Kept(NamedTuple):
    """What a folder holds, and where that is from."""

    folder: Path
    origin: OriginDocument | None
    gate: GateDocument | None
    comparison: ComparisonDocument | None

    @property
    def made_unix_s(self) -> float | None:
        return None if self.origin is None else self.origin["made_unix_s"]


def refuse(broken: BadInput) -> None:
    """What becomes of a history with a document that cannot be read, unless such folders are left out."""
    raise broken


def commits_in(directories: Sequence[Path], on_broken: Callable[[BadInput], None] = refuse) -> list[Commit]:
    """Oldest first; before them, in the order of the directories and in each by name, those that do not say how old.

    What each holds is in the same order, so that what was measured again comes last. Raises BadInput for a directory in
    which there is no document; of a folder with what is none `on_broken` is told.
    """
    folders = [folder for directory in directories for folder in _folders_in(directory)]
    kept = [*_whole({folder.resolve(): folder for folder in folders}.values(), on_broken)]
    found: dict[str, Commit] = {}
    for one in sorted(kept, key=lambda one: -math.inf if one.made_unix_s is None else one.made_unix_s):
        _add(found, one)
    return list(found.values())


def _whole(folders: Iterable[Path], on_broken: Callable[[BadInput], None]) -> Iterator[Kept]:
    for folder in folders:
        try:
            yield _kept(folder)
        except BadInput as error:
            on_broken(error)


def _folders_in(directory: Path) -> Sequence[Path]:
    folders = [*dict.fromkeys(path.parent for path in _documents_in(directory))]
    if not folders:
        raise BadInput(
            printable(
                f"{directory}: neither it nor a folder in it has a {GATE} or {COMPARISON}; name what --out has made"
            )
        )
    return folders


def _documents_in(directory: Path) -> Iterator[Path]:
    yield from sorted(path for path in directory.rglob("*.json") if path.name in (GATE, COMPARISON))


def _kept(folder: Path) -> Kept:
    return Kept(
        folder,
        _read(OriginDocument, folder / ORIGIN),
        _read(GateDocument, folder / GATE),
        _read(ComparisonDocument, folder / COMPARISON),
    )


def _add(found: dict[str, Commit], kept: Kept) -> None:
    """Documents of one commit stand together, whatever folders they are in."""
    commit = None if kept.origin is None else kept.origin["commit"]
    name = kept.folder.name if commit is None else commit[:SHORT]
    one = found.setdefault(commit or str(kept.folder.resolve()), Commit(name, commit, kept.made_unix_s))
    one.folders.append(str(kept.folder))
    one.gates += filter(None, [kept.gate])
    one.comparisons += filter(None, [kept.comparison])


def _read(kind: type[Document], path: Path) -> Document | None:
    """None where it is not there. Raises BadInput for what is no such document, or one of an older schema."""
    if not os.path.lexists(path):
        return None
    if is_irregular(path):
        raise BadInput(printable(f"{path}: is no regular file"))
    try:
        return parsed(kind, read_bytes(path, MOST_BYTES_OF_DOCUMENT), str(path))
    except OSError as error:
        raise BadInput(printable(f"{path}: cannot be read: {error.strerror or error}")) from error
