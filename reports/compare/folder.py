"""The folder of one comparison: its document, its scenario, its ledgers and its figures."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path

from reports.compare import recovered
from reports.compare.ownership import (
    FIGURES,
    refuse_another,
    refuse_ledgers,
    refuse_misplaced,
    refuse_others,
    refuse_strange,
)
from reports.documents.comparison import ComparisonDocument
from reports.documents.reading import parsed
from reports.figures.curves import NO_CURVES, Curves
from reports.files import Named
from reports.running.keeping import CALIBRATION, COMPARISON, DOCUMENTS, REPORT, SCENARIO
from reports.terminal import to_json
from scenarios.errors import BadInput
from scenarios.ledger.names import files_of
from scenarios.schema.model import Scenario
from scenarios.schema.scenario_file import load_kept
from scenarios.system.held import held_alone
from scenarios.system.reading import MOST_BYTES_OF_DOCUMENT, is_irregular, is_regular, read_bytes
from scenarios.system.whole_files import make_folder, remove_unfinished, unwritable, write_text


@contextmanager
def alone_in(directory: Path | None, option: str = "--out") -> Iterator[None]:
    """Makes the folder, if there is to be one, and holds it meanwhile: before anything in it is looked at.

    One that was not there before and stays empty goes again. Raises `BadInput` where nothing can be written there, or
    another run has it.
    """
    if directory is None:
        yield
        return
    with ExitStack() as until_over:
        was_there = directory.exists()
        writable(directory, option)
        try:
            until_over.enter_context(held_alone(directory))
        except BlockingIOError:
            said = "another run is under way there; wait for it, or name another folder"
            raise BadInput(f"{option} {directory}: {said}") from None
        try:
            yield
        finally:
            if not was_there:
                with suppress(OSError):  # it is not empty
                    directory.rmdir()


def prepare(
    directory: Path,
    option: str = "--out",
    read: Iterable[Named] = (),
    document: str = COMPARISON,
    scenarios: Sequence[str] = (),
) -> Path:
    """Makes the folder, before any work is done for it, and removes what killed runs had begun to write there.

    Raises `BadInput` if nothing can be written there, or something would be written over that is no run's, that is one
    of the files which are read, or that is of another kind than the document which will be kept, or of other scenarios.
    """
    writable(directory, option)
    refuse_others(directory, option, document)
    refuse_strange(directory, option, read)
    refuse_misplaced(directory, option, (*DOCUMENTS, REPORT, SCENARIO, FIGURES))
    refuse_ledgers(directory, option, document)
    refuse_another(directory, option, document, scenarios)
    remove_unfinished(directory)
    return directory


def written_to(directory: Path | None) -> list[Named]:
    """The files that a run's folder will have, and what they are in messages."""
    return [] if directory is None else [("--out", directory / name) for name in (COMPARISON, SCENARIO)]


def writable(directory: Path, option: str) -> None:
    """Makes the folder. Raises `BadInput` if nothing can be written there."""
    make_folder(directory, f"{option} {directory}")
    try:
        with tempfile.TemporaryFile(dir=directory):
            pass
    except OSError as error:
        raise unwritable(f"{option} {directory}", error) from error


def save(directory: Path, comparison: ComparisonDocument, scenario_toml: str) -> None:
    """Writes the document and the scenario as run."""
    write_text(directory / SCENARIO, scenario_toml)
    write_text(directory / COMPARISON, to_json(comparison))


def document(directory: Path) -> ComparisonDocument:
    """The document of a stored run, of its ledgers if it has not come to its end. Raises `BadInput`."""
    if recovered.is_unfinished(directory):
        return recovered.of_ledgers(directory)
    path = directory / COMPARISON
    if is_irregular(path):
        raise BadInput(f"{path}: is no regular file; expected the folder of a run made with --out")
    try:
        text = read_bytes(path, MOST_BYTES_OF_DOCUMENT)
    except OSError as error:
        raise BadInput(f"{path}: {_reason(error)}; expected the folder of a run made with --out") from error
    return parsed(ComparisonDocument, text, str(path))


def contenders_in(directory: Path | None) -> list[str]:
    """Those of the comparison that a folder has; of what is none, or cannot be read, nothing."""
    if directory is None or not is_regular(directory / COMPARISON):
        return []
    try:
        return [one["strategy"] for one in document(directory)["strategies"]]
    except BadInput:
        return []


def forget_ledgers(directory: Path, contenders: Iterable[str]) -> None:
    """Removes theirs: of an earlier comparison, they would be taken for contenders of this one."""
    for path in (path for name in contenders for path in files_of(directory, name)):
        with suppress(OSError):
            path.unlink(missing_ok=True)


def keep_document(directory: Path, strategy: str) -> None:
    """Writes the document of a killed run, of which this strategy's ledger has been recovered. Raises `BadInput`."""
    write_text(directory / COMPARISON, to_json(recovered.of_run(directory, strategy)))


def draw(directory: Path, comparison: ComparisonDocument, curves: Mapping[str, Curves] = NO_CURVES) -> None:
    """Draws the figures of a stored run, and its page; reads the ledgers whose curves are not given.

    Raises `BadInput`.
    """
    from reports.compare import page
    from reports.compare.drawings import draw_all, gathered
    from scenarios.ledger import store

    run = gathered(comparison, partial(store.read, directory), _scenario(directory), curves)
    if draw_all(directory / FIGURES, run) and not (directory / CALIBRATION).exists():  # it has a page of its own
        page.write(directory, comparison, run)


def forget_figures(directory: Path) -> None:
    """Removes those of an earlier run."""
    if (directory / FIGURES).is_dir():
        from reports.compare.drawings import remove_all

        remove_all(directory / FIGURES)


def _scenario(directory: Path) -> Scenario | None:
    """As run; a page is drawn without it too, of all mail together."""
    try:
        return load_kept(directory / SCENARIO)
    except BadInput:
        return None


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
