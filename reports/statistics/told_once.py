"""Warnings of many runs: those that differ in their numbers alone are one."""

from __future__ import annotations

import re
from collections.abc import Iterable

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
