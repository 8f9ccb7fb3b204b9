"""How a contender looks on a page: its colour on light and on dark paper, its marker and its dashes."""

from __future__ import annotations

import colorsys
from collections.abc import Iterable, Iterator
from typing import Any

from reports.figures.palette import look
from reports.page.signs import Sign

LIGHT, DARK = "#FFFFFF", "#15181D"
"""The papers, which the style sheet has too."""

LEAST_CONTRAST = 3.0  # of graphics with what they stand on: WCAG 2.1, 1.4.11
_DASHES = {"-": "", "--": "6 3", "-.": "6 3 1 3", ":": "1 2"}
_STROKE = 1.6  # pixels: a dash is so many times as long as Matplotlib's number
_ROUND = "M-4,0A4,4 0 1 1 4,0A4,4 0 1 1 -4,0Z"
_MARKERS = {
    "v": "M-4,-3.5H4L0,4Z",
    "^": "M-4,3.5H4L0,-4Z",
    "<": "M3.5,-4V4L-4,0Z",
    ">": "M-3.5,-4V4L4,0Z",
    "s": "M-3.5,-3.5H3.5V3.5H-3.5Z",
    "D": "M0,-4.6L4.6,0L0,4.6L-4.6,0Z",
    "d": "M0,-4.8L3,0L0,4.8L-3,0Z",
    "P": "M-1.6,-4.4H1.6V-1.6H4.4V1.6H1.6V4.4H-1.6V1.6H-4.4V-1.6H-1.6Z",
    "X": "M-4,-2L-2,-4L0,-2L2,-4L4,-2L2,0L4,2L2,4L0,2L-2,4L-4,2L-2,0Z",
    "p": "M0,-4.4L4.2,-1.4L2.6,3.6H-2.6L-4.2,-1.4Z",
    "h": "M0,-4.4L3.8,-2.2V2.2L0,4.4L-3.8,2.2V-2.2Z",
    "H": "M-4.4,0L-2.2,-3.8H2.2L4.4,0L2.2,3.8H-2.2Z",
    "8": "M-1.7,-4.2H1.7L4.2,-1.7V1.7L1.7,4.2H-1.7L-4.2,1.7V-1.7Z",
    "*": "M0,-5L1.3,-1.7L4.8,-1.5L2,0.7L3,4.2L0,2.2L-3,4.2L-2,0.7L-4.8,-1.5L-1.3,-1.7Z",
}


def signs_of(names: Iterable[str]) -> list[Sign]:
    """The signs of contenders, as figures show them within `palette.also`."""
    return [_sign(name) for name in names]


def _sign(name: str) -> Sign:
    mine = look(name)
    dashes = _dashes(mine.linestyle)
    return Sign(
        name, readable(mine.color, LIGHT), readable(mine.color, DARK), _MARKERS.get(mine.marker, _ROUND), dashes
    )


def _dashes(linestyle: Any) -> str:
    if isinstance(linestyle, str):
        return _DASHES[linestyle]
    return " ".join(f"{_STROKE * length:g}" for length in linestyle[1])


def readable(colour: str, paper: str) -> str:
    """The colour, as far from the paper as graphics must be: turned from dark to light, then mixed with the ink."""
    mine = _channels(colour)
    dark_paper = _luminance(_channels(paper)) < 0.5
    if dark_paper and contrast(colour, paper) < LEAST_CONTRAST:
        hue, lightness, saturation = colorsys.rgb_to_hls(*mine)
        mine = colorsys.hls_to_rgb(hue, 1 - lightness, saturation)
    end = 1.0 if dark_paper else 0.0
    return next(one for one in _towards(mine, end) if contrast(one, paper) >= LEAST_CONTRAST)


def _towards(colour: tuple[float, float, float], end: float) -> Iterator[str]:
    for step in range(51):
        yield "#" + "".join(f"{round(255 * (channel + (end - channel) * step / 50)):02X}" for channel in colour)


def contrast(one: str, other: str) -> float:
    """From 1 to 21, as the Web Content Accessibility Guidelines define it."""
    low, high = sorted(_luminance(_channels(colour)) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def _channels(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _luminance(channels: tuple[float, float, float]) -> float:
    linear = [one / 12.92 if one <= 0.03928 else ((one + 0.055) / 1.055) ** 2.4 for one in channels]
    return sum(weight * one for weight, one in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
