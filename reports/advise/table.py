"""Advice for people: the candidates that are told of, best first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reports.columns import Block, Column, Row, Sheet
from reports.documents.advice import AdviceCandidate, AdviceDocument
from reports.units import alike, unit_of
from strategies.presentation.words import counted

LEAST_DIGITS, MOST_DIGITS = 3, 9


def table(advice: AdviceDocument) -> Sheet:
    """A row for each; those on the front have a mark."""
    told = advice["candidates"]
    marked = [number for number, one in enumerate(told) if one["is_on_front"]]
    values, beside = (_apart([one[key] for one in told], marked) for key in ("value", "beside"))
    return Sheet(
        title=_title(advice),
        columns=list(_columns(advice)),
        blocks=[Block([_row(one, *both) for one, *both in zip(told, values, beside, strict=True)])],
        caption=_caption(advice),
        named_by=1,
    )


def _title(advice: AdviceDocument) -> str:
    limiters = counted(len(advice["hypotheses"]), "limiter")
    return f"{advice['scenario']} under {limiters}: least {advice['figure']} of {counted(advice['tried'], 'candidate')}"


def _caption(advice: AdviceDocument) -> str:
    runs = counted(advice["runs"], "run")
    if not any(one["samples"] for one in advice["candidates"]):
        return f"{runs}; figures are the worst over all limiters, in one campaign"
    return f"{runs}; figures are the worst over all limiters, of finalists the mean, -: in one campaign before"


def _columns(advice: AdviceDocument) -> Iterator[Column]:
    yield Column("candidate")
    yield Column("how it\nfared")
    for figure in (advice["figure"], advice["beside"]):
        yield Column(_heading(figure), unit_of(figure).strip())
    yield Column("worst\nunder", falls=1)
    yield Column("cam-\npaigns", falls=3)
    yield Column("front", falls=2, note="nobody is better in one of the two figures without being worse in the other")


def _heading(figure: str) -> str:
    """Broken where a figure's name is, so that a column is no wider than its numbers need."""
    return figure.replace(".", ".\n").replace("_per_million", "_per\n_million")


def _row(one: AdviceCandidate, value: str, beside: str) -> Row:
    campaigns = str(len(one["samples"])) if one["samples"] else "-"
    mark = "✓" if one["is_on_front"] else ""
    return [one["name"], one["standing"], value, beside, one["under"] or "-", campaigns, mark]


def _apart(values: Sequence[float | None], marked: Sequence[int]) -> list[str]:
    """With three digits, or as many as tell those on the front apart: they are on it for the difference."""
    different = len({values[number] for number in marked})
    for digits in range(LEAST_DIGITS, MOST_DIGITS):
        shown = alike([_short(value, digits + 1) for value in values], digits)
        if len({shown[number] for number in marked}) == different:
            return shown
    return alike(values, MOST_DIGITS)


def _short(value: float | None, digits: int) -> float | None:
    return None if value is None else float(f"{value:.{digits}g}")
