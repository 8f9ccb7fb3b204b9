"""Which folders have documents, and which of them are of one commit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reports.documents.comparison import ComparisonDocument
from reports.documents.gate import GateDocument
from reports.documents.origin import OriginDocument
from reports.documents.reading import Document, parsed
from reports.running.keeping import COMPARISON, GATE, ORIGIN
from scenarios.errors import BadInput
from scenarios.schema.files import printable
from scenarios.system.reading import MOST_BYTES_OF_DOCUMENT, is_regular, read_bytes

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


def commits_in(directories: Sequence[Path]) -> list[Commit]:
    """Oldest first where all say when they were made, else in the order of the directories, and in each by name.

    Raises BadInput for a directory in which there is no document, and for what is none.
    """
    found: dict[str, Commit] = {}
    for directory in directories:
        for folder in _folders_in(directory):
            _add(found, folder)
    commits = list(found.values())
    known = [one.made_unix_s for one in commits if one.made_unix_s is not None]
    return sorted(commits, key=lambda one: one.made_unix_s or 0.0) if len(known) == len(commits) else commits


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


def _add(found: dict[str, Commit], folder: Path) -> None:
    """Documents of one commit stand together, whatever folders they are in."""
    origin = _read(OriginDocument, folder / ORIGIN)
    commit = None if origin is None else origin["commit"]
    made_unix_s = None if origin is None else origin["made_unix_s"]
    name = folder.name if commit is None else commit[:SHORT]
    one = found.setdefault(commit or str(folder.resolve()), Commit(name, commit, made_unix_s))
    if str(folder) in one.folders:
        return
    one.folders.append(str(folder))
    if made_unix_s is not None and one.made_unix_s is not None:
        one.made_unix_s = min(one.made_unix_s, made_unix_s)
    if (gate := _read(GateDocument, folder / GATE)) is not None:
        one.gates.append(gate)
    if (comparison := _read(ComparisonDocument, folder / COMPARISON)) is not None:
        one.comparisons.append(comparison)


def _read(kind: type[Document], path: Path) -> Document | None:
    """None where it is not there. Raises BadInput for what is no such document, or one of an older schema."""
    return parsed(kind, read_bytes(path, MOST_BYTES_OF_DOCUMENT), str(path)) if is_regular(path) else None
