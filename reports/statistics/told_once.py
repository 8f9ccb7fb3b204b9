"""Warnings of many runs: those that differ in their numbers alone are one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_NUMBER = re.compile(r"\d[\d,.]*")


def shape_of(warning: str) -> str:
    """The warning without its numbers, which differ from seed to seed."""
    return _NUMBER.sub("#", warning)


def told_once(warnings: Iterable[str]) -> list[str]:
    """The first of each shape."""
    first: dict[str, str] = {}
    for warning in warnings:
        first.setdefault(shape_of(warning), warning)
    return [*first.values()]


def told_once_with_sides(warnings: Mapping[str, Iterable[str]]) -> list[str]:
    """The first of each shape, after the names of those that it is of."""
    first: dict[str, str] = {}
    sides: dict[str, dict[str, None]] = {}
    for side, warning in ((side, warning) for side, said in warnings.items() for warning in said):
        first.setdefault(shape_of(warning), warning)
        sides.setdefault(shape_of(warning), {})[side] = None
    return [f"{' and '.join(sides[shape])}: {warning}" for shape, warning in first.items()]
