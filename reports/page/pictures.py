"""Pictures of a run inside its page: as images, which run nothing and share no names with the page."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from reports.page.elements import Markup, element
from reports.page.whole import MOST_BYTES, figure

_PLAIN = " !$&'()*+,-./:;=?@_~"  # in an address of data as they are


class Picture(NamedTuple):
    """A figure's name in its folder, what it is called, and what it shows, for those who do not see it."""

    name: str
    title: str
    shows: str


def pictured(folder: Path, picture: Picture, said: str) -> Markup:
    """The one picture of a page, of which it may take half, with a sentence on how to read it."""
    [image] = images(folder, [picture], MOST_BYTES // 2)
    return figure(picture.name, picture.title, said, image)


def images(folder: Path, wanted: Sequence[Picture], most_bytes: int) -> Iterator[Markup]:
    """Each as an image of its own, as far as there is room; what finds none is named with its file."""
    left = most_bytes
    for picture in wanted:
        source = _source(folder, picture.name)
        if len(source) <= left:
            left -= len(source)
            yield _image(picture, source)
        else:
            yield _elsewhere(picture)


def _source(folder: Path, name: str) -> str:
    """Of both formats the shorter: a drawing of many points is longer than its pixels."""
    svg = quote((folder / f"{name}.svg").read_bytes(), safe=_PLAIN)
    png = b64encode((folder / f"{name}.png").read_bytes()).decode()
    return min(f"data:image/svg+xml,{svg}", f"data:image/png;base64,{png}", key=len)


def _image(picture: Picture, source: str) -> Markup:
    image = element("img", src=source, alt=picture.shows)
    return element("div", image, class_="scroll paper", role="region", aria_label=picture.title, tabindex=0)


def _elsewhere(picture: Picture) -> Markup:
    return element("p", f"Too large for this page: figures/{picture.name}.svg", class_="notes")
