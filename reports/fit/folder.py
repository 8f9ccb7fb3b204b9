"""The folder of a fit: document, picture, the limiter as a scenario says it, and the hypotheses for `robust`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reports.compare import one_document
from reports.compare.folder import alone_in
from reports.documents.fit import SCHEMA, FitDocument
from reports.figures import canvas
from reports.fit.drawing import draw
from reports.fit.table import account_toml
from reports.running.keeping import keep_together
from reports.terminal import to_json
from scenarios.hypotheses.sets import as_toml
from scenarios.inference.calls import Calls
from scenarios.inference.fit import Fit
from scenarios.inference.reading import as_csv
from scenarios.inference.written import hypotheses, nominal
from scenarios.system.whole_files import write_text

DOCUMENT, ACCOUNT, LIMITERS, PICTURE = "fit.json", "account.toml", "limiters.toml", "fit"
CALLS = "calls.csv"
_OURS = (DOCUMENT, ACCOUNT, LIMITERS, CALLS, f"{PICTURE}.svg", f"{PICTURE}.png")


@contextmanager
def claimed(directory: Path | None) -> Iterator[None]:
    """Makes the folder, if there is to be one, and holds it.

    Raises BadInput for a folder that cannot be written to, that another one has, or that holds anything but an earlier
    fit.
    """
    with alone_in(directory):
        if directory is not None:
            one_document.prepare(directory, DOCUMENT, SCHEMA, _OURS)
        yield


def keep(directory: Path, calls: Calls) -> None:
    """The calls of a probe, as `seslab fit` reads them: whatever comes of them, they have been paid for."""
    write_text(directory / CALLS, as_csv(calls))


def save(directory: Path, document: FitDocument, fit: Fit) -> None:
    """Keeps all of them; what is there stays until all are on disk."""
    keep_together(directory, DOCUMENT, lambda folder: _write(folder, document, fit))


def _write(folder: Path, document: FitDocument, fit: Fit) -> None:
    named_per_s = nominal(fit, document["max_send_rate_per_s"])
    write_text(folder / DOCUMENT, to_json(document))
    write_text(folder / ACCOUNT, account_toml(document, named_per_s))
    write_text(folder / LIMITERS, as_toml(hypotheses(fit, named_per_s)))
    with canvas.style():
        canvas.save(draw(document, fit.calls), folder, PICTURE)
