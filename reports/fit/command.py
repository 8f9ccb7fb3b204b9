"""What a fit comes to: on standard output, and in a folder."""

from __future__ import annotations

from pathlib import Path

from reports import terminal
from reports.documents.fit import FitDocument
from reports.fit import folder
from reports.fit.document import document
from reports.fit.table import sentences, table
from scenarios.errors import BadInput
from scenarios.inference.fit import MOST_CALLS, Fit, fitted
from scenarios.inference.probing.probe import Allowance, Probed
from scenarios.inference.reading import Trace

HIGHEST_RATE_PER_S = 1e6


def explained(trace: Trace, source: str, rate_per_s: float | None) -> tuple[FitDocument, Fit]:
    """The fit of a trace; a rate that is given goes before the trace's own."""
    known = trace.rate_per_s if rate_per_s is None else rate_per_s
    if known is not None and not 0 < known <= HIGHEST_RATE_PER_S:
        raise BadInput(f"--rate {known:g}: must be above 0, and at most {HIGHEST_RATE_PER_S:,.0f}, recipients a second")
    with terminal.following("limiters") as show:
        fit = fitted(trace.calls, known, show)
    left_out = max(0, len(trace.calls.at_s) - MOST_CALLS)
    return document(fit, source, known, left_out, trace.others), fit


def show(made: FitDocument, fit: Fit, as_json: bool, out: Path | None) -> None:
    """Both."""
    if out is not None:
        folder.save(out, made, fit)
    terminal.present(made, as_json, table(made), sentences(made))


def of_probe(probed: Probed, at: str, allowance: Allowance) -> FitDocument:
    """The same of a probe's calls."""
    made = document(probed.fit, at, allowance.pace.rate_per_s, 0, 0)
    return {
        **made,
        "probe": {
            "at": at,
            "experiments": list(probed.experiments),
            "recipients_allowed": allowance.recipients,
            "ran_out": probed.ran_out,
        },
    }
