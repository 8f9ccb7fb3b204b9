"""Advice for people: the candidates that are told of, best first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from reports.advise.panels import panels
from reports.advise.sentences import at_least, tried
from reports.columns import Block, Column, Row, Sheet
from reports.documents.advice import AdviceDocument, AdviceFigures
from reports.figures.front import Point
from reports.units import alike, unit_of
from strategies.presentation.words import counted

INFINITE = "∞"
_FRONT = "nobody is better in one of the two figures without being worse in the other; of equals the first"
LEAST_DIGITS, MOST_DIGITS = 3, 9


def table(advice: AdviceDocument) -> Sheet:
    """Finalists by the campaigns that all of them met, and everyone by the one before; a front of each has a mark."""
    return Sheet(
        title=_title(advice),
        columns=list(_columns(advice)),
        blocks=[Block(list(_rows(one.points)), one.title) for one in panels(advice)],
        caption=f"{counted(advice['runs'], 'run')}; figures are the worst over all limiters{_partly(advice)}",
        named_by=1,
    )


def _title(advice: AdviceDocument) -> str:
    limiters = counted(len(advice["hypotheses"]), "limiter")
    return f"{advice['scenario']} under {limiters}: least {advice['figure']} of {tried(advice)}"


def _columns(advice: AdviceDocument) -> Iterator[Column]:
    yield Column("candidate")
    yield Column("how it\nfared")
    for figure in (advice["figure"], advice["beside"]):
        yield Column(_heading(figure), unit_of(figure).strip())
    yield Column("worst\nunder", falls=1)
    yield Column("front", falls=2, note=_FRONT)


def _heading(figure: str) -> str:
    """Broken where a figure's name is, so that a column is no wider than its numbers need."""
    return figure.replace(".", ".\n").replace("_per_million", "_per\n_million")


def _rows(told: Sequence[Point]) -> Iterator[Row]:
    marked = [number for number, (one, met) in enumerate(told) if met["is_on_front"] or one["standing"] == "chosen"]
    values = _apart([met["value"] for _, met in told], marked)
    beside = _apart([met["beside"] for _, met in told], marked)
    for number, (one, met) in enumerate(told):
        mark = "✓" if met["is_on_front"] else ""
        both = _cell(met, "value", values[number]), _cell(met, "beside", beside[number])
        yield [one["name"], one["standing"], *both, met["under"] or "-", mark]


def _cell(met: AdviceFigures, which: Literal["value", "beside"], number: str) -> str:
    if which in met.get("infinite", []):
        return INFINITE
    return number if met[which] is None else f"{at_least(met)}{number}"


def _partly(advice: AdviceDocument) -> str:
    is_partial = any("limiters" in one["before"] for one in advice["candidates"])
    return "; ≥: so far, over those that it met" if is_partial else ""


def _apart(values: Sequence[float | None], marked: Sequence[int]) -> list[str]:
    """With three digits, or as many as tell the choice and those on the front apart: the difference decided."""
    different = len({values[number] for number in marked})
    for digits in range(LEAST_DIGITS, MOST_DIGITS):
        shown = alike([_short(value, digits + 1) for value in values], digits)
        if len({shown[number] for number in marked}) == different:
            return shown
    return alike(values, MOST_DIGITS)


def _short(value: float | None, digits: int) -> float | None:
    return None if value is None else float(f"{value:.{digits}g}")
