"""One strategy's runs as a gate sees them: its settings, digest, first calls, and figures by replication."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from reports.gate.other_comparison import OtherEntry
from reports.gate.verdict import Values
from reports.running.experiment import Result
from reports.statistics.replications import digest_of_all, samples_of
from scenarios.entry import SettingsTable, StrategyEntry


class Measured(NamedTuple):
    """`values` holds each figure's replications in the order of their seeds; `events` may be empty."""

    settings: SettingsTable
    digest: str
    events: str
    values: Mapping[str, Values]


def of_results(results: Sequence[Result]) -> Measured:
    """Of the runs of one strategy, whose events were gathered."""
    entries = [result.entry for result in results]
    digest = digest_of_all([entry["digest"] for entry in entries])
    return Measured(entries[0]["settings"], digest, results[0].gathered, samples_of(entries))


def of_entry(entry: StrategyEntry | OtherEntry, events: str) -> Measured:
    """Of an entry of a comparison document, the means of several runs."""
    return Measured(entry["settings"], entry["digest"], events, entry["samples"])
