"""One strategy's runs as a gate sees them: its settings, digest, first calls, and figures by replication."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from reports.experiment import Result
from reports.gate import Values
from scenarios.figures import figures_of
from scenarios.replications import digest_of_all


class Measured(NamedTuple):
    """`values` holds each figure's replications in the order of their seeds; `events` may be empty."""

    settings: Mapping[str, Any]
    digest: str
    events: str
    values: Mapping[str, Values]


def of_results(results: Sequence[Result]) -> Measured:
    """Of the runs of one strategy, whose events were gathered."""
    entries = [result.entry for result in results]
    figures = list(map(figures_of, entries))
    values = {name: [one[name] for one in figures] for name in figures[0]}
    return Measured(
        entries[0]["settings"], digest_of_all([one["digest"] for one in entries]), results[0].gathered, values
    )


def of_entry(entry: Mapping[str, Any], events: str = "") -> Measured:
    """Of an entry of a comparison document, one run or the means of several."""
    samples = entry.get("samples") or {name: [value] for name, value in figures_of(entry).items()}
    return Measured(entry["settings"], entry["digest"], events, samples)
