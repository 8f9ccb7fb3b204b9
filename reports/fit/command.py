"""What a fit comes to: on standard output, and in a folder."""

from __future__ import annotations

from pathlib import Path

from reports import terminal
from reports.documents.fit import FitDocument
from reports.fit import folder
from reports.fit.document import document
from reports.fit.table import sent_words, sentences, table
from scenarios.errors import BadInput
from scenarios.formats.quoted import printable
from scenarios.inference.calls import Calls
from scenarios.inference.fit import MOST_CALLS, Fit, fitted
from scenarios.inference.halves import rivals
from scenarios.inference.probing.probe import Notes, Probed
from scenarios.inference.reading import Trace
from strategies.presentation.words import count, counted

TIMES = 100
"""As far as a named rate may be from what was accepted within a second, or from what was asked for."""
LEAST_HIGH_PER_S, HIGHEST_RATE_PER_S = 1_000, 1_000_000
FEWEST_CALLS = 5
"""With fewer every figure would be that of the prior."""


def explained(trace: Trace, source: str, rate_per_s: float | None) -> tuple[FitDocument, Fit]:
    """The fit of a trace; a rate that is given goes before the trace's own."""
    known = trace.rate_per_s if rate_per_s is None else rate_per_s
    if rate_per_s is not None:
        _check_rate(rate_per_s, trace.calls)
    if (number := len(trace.calls.at_s)) < FEWEST_CALLS:
        raise BadInput(
            f"{printable(source)}: cannot tell: has {counted(number, 'call')} that a limiter decided on; "
            f"give {FEWEST_CALLS} at least"
        )
    with terminal.following("limiters") as show:
        fit = fitted(trace.calls, known, show)
        fit = fit._replace(rivals=rivals(fit, known, show))
    left_out = max(0, len(trace.calls.at_s) - MOST_CALLS) + trace.unread
    return document(fit, source, known, left_out, trace.others), fit


def _check_rate(rate_per_s: float, calls: Calls) -> None:
    """A rate beyond all that was seen is a slip of the pen, and would be fitted at length to no end."""
    accepted, asked = calls.busiest_second(), calls.busiest_second_asked()
    least = max(1, accepted) / TIMES
    most = max(LEAST_HIGH_PER_S, TIMES * asked) if calls.refused else HIGHEST_RATE_PER_S
    if not least <= rate_per_s <= most:
        raise BadInput(
            f"--rate {rate_per_s:g}: must be {least:g} to {most:,}: these calls asked for at most "
            f"{counted(asked, 'recipient')} within a second, and {count(accepted)} were accepted"
        )


def show(made: FitDocument, fit: Fit, as_json: bool, out: Path | None) -> None:
    """Both; what cannot be kept, as on a full disk, is shown all the same."""
    try:
        if out is not None:
            folder.save(out, made, fit)
    finally:
        terminal.present(made, as_json, table(made), sentences(made))


def of_probe(probed: Probed, notes: Notes, at: str, rate_per_s: float, interrupted: bool = False) -> FitDocument:
    """The same of a probe's calls."""
    made = document(probed.fit, at, rate_per_s, 0, 0)
    return {
        **made,
        "probe": {
            "at": at,
            "experiments": list(notes.experiments),
            "recipients_allowed": notes.allowed,
            "recipients_asked": notes.asked_recipients,
            "ran_out": probed.ran_out,
            "interrupted": interrupted,
        },
    }


def so_far(notes: Notes, at: str, rate_per_s: float, as_json: bool, out: Path | None) -> None:
    """What the calls tell that were made before Ctrl-C; a second one leaves it at how many they were."""
    kept = "" if out is None else f"; they are kept in {printable(out / folder.CALLS)}"
    terminal.tell(
        f"interrupted: {sent_words(notes.asked_recipients, notes.accepted_recipients, len(notes))}{kept}; a call that "
        "was under way is not counted; fitting them (Ctrl-C leaves)"
    )
    if len(notes) < FEWEST_CALLS:
        return
    with terminal.following("limiters") as shown:
        probed = Probed(fitted(notes.calls(), rate_per_s, shown), ran_out=False)
    show(of_probe(probed, notes, at, rate_per_s, interrupted=True), probed.fit, as_json, out)
