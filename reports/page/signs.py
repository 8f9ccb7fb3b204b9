"""A contender's sign on a page: its colour as a property of the style sheet, its marker and its dashes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from reports.page.elements import Markup, element, joined, text
from scenarios.formats.quoted import printable


class Sign(NamedTuple):
    """A contender's name, both of its colours, its marker as the path of an SVG and its dashes in pixels."""

    name: str
    light: str
    dark: str
    marker: str
    dashes: str


def colours(signs: Iterable[Sign]) -> str:
    """Each contender's colour as a property of the style sheet, by its number."""
    every = [*signs]
    light = "".join(f"--c{number}:{one.light};" for number, one in enumerate(every))
    dark = "".join(f"--c{number}:{one.dark};" for number, one in enumerate(every))
    return f":root{{{light}}}@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}"


def swatch(sign: Sign, number: int) -> Markup:
    """A piece of the contender's line with its marker."""
    line = element("path", d="M1,7H27", stroke_dasharray=sign.dashes)
    marker = element("path", d=sign.marker, class_="marker", transform="translate(14 7)")
    return element(
        "svg", line, marker, class_="swatch", viewBox="0 0 28 14", style=f"--c:var(--c{number})", aria_hidden="true"
    )


def named_by(signs: Sequence[Sign]) -> Callable[[str], Markup]:
    """What stands for a contender's name: its sign and the name."""
    numbers = {one.name: number for number, one in enumerate(signs)}

    def named(name: str) -> Markup:
        number = numbers.get(printable(name))
        return text(name) if number is None else joined((swatch(signs[number], number), " ", name))

    return named
