"""How far the rounds of a load test lay apart: a difference that the same load makes with itself is noise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median

from reports.columns import Block, Column, Row, Sheet
from reports.documents.comparison import ComparisonDocument
from reports.statistics.medians import LEAST, median_interval
from reports.units import alike, unit_of
from scenarios.entry import StrategyEntry
from strategies.presentation.words import counted

FIGURES = (
    "recipients.accepted",
    "recipients.lost",
    "recipients.dead_lettered",
    "recipients.pending",
    "recipients.duplicated",
    "calls.attempted",
    "calls.throttled",
    "calls.failed",
    "makespan_s",
    "latency_s.p50",
    "latency_s.p99",
)


def spread(comparison: ComparisonDocument) -> Iterator[Sheet]:
    """A row for each figure of each sender that is not 0 in every round; nothing for a single round."""
    if comparison.get("rounds", 1) == 1:
        return
    yield Sheet(
        f"{comparison['scenario']}: how far {comparison['rounds']} rounds of the same mails lay apart",
        (Column("figure"), Column("least"), Column("median"), Column("most"), *_interval(comparison["rounds"])),
        [Block(list(_rows(entry)), entry["strategy"]) for entry in comparison["strategies"]],
        caption=_how_sure(comparison["rounds"]),
    )


def _interval(rounds: int) -> Iterator[Column]:
    """Fewer rounds have none."""
    if rounds >= LEAST:
        yield Column("95 % interval", falls=1, note="of the median over all rounds that there might be")


def _rows(entry: StrategyEntry) -> Iterator[Row]:
    for figure in FIGURES:
        values = [value for value in entry["samples"][figure] if value is not None]
        if any(values):
            without = len(entry["samples"][figure]) - len(values)
            name = f"  {figure}, none in {counted(without, 'round')}" if without else f"  {figure}"
            yield [name, *_cells(figure, values, len(entry["samples"][figure]))]


def _cells(figure: str, values: Sequence[float], rounds: int) -> Iterator[str]:
    """The interval is of all rounds, or there is none."""
    unit, band = unit_of(figure), median_interval(values) if len(values) == rounds else None
    least, middle, most, *ends = alike([min(values), median(values), max(values), *(band or ())])
    yield from (f"{value}{unit}" for value in (least, middle, most))
    if rounds >= LEAST:
        yield " to ".join(ends) if ends else "-"


def _how_sure(rounds: int) -> str:
    """Each round lies below the median of all as likely as above it, whatever else is so."""
    if rounds >= LEAST:
        return "single runs lie anywhere between least and most: two that are no further apart may be of the same thing"
    held = 100 * (1 - 0.5 ** (rounds - 1))
    return f"least and most of {rounds} rounds hold the median with {held:g} %; from {LEAST} rounds on with 95 %"
