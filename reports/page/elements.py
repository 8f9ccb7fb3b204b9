"""HTML from texts that know nothing of it: what is not markup already is escaped, whatever a name holds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

from scenarios.formats.quoted import printable

_EMPTY = {"br", "img", "input", "meta", "path", "rect"}
"""Elements without an end tag, or with nothing inside."""
_JOINTS = re.compile(r"(?<=\w)[._](?=[A-Za-z])")
"""Of a key such as account.max_send_rate_per_s."""
_ZERO_WIDTH_SPACE = "&#8203;"


class Markup(str):
    """HTML as it stands."""

    __slots__ = ()


def text(said: str) -> Markup:
    """A text for people; what would turn a line around or steer something is spelt out."""
    return said if isinstance(said, Markup) else Markup(escape(printable(said)))


def key(said: str) -> Markup:
    """A text in which long keys break behind a dot or an underscore, and not amid a word."""
    return said if isinstance(said, Markup) else Markup(_JOINTS.sub(r"\g<0><wbr>", text(said)))


def key_in_attribute(said: str) -> Markup:
    """Likewise for an attribute that the style sheet shows; an element would be no use there."""
    return Markup(_JOINTS.sub(rf"\g<0>{_ZERO_WIDTH_SPACE}", text(said)))


def element(name: str, /, *inside: str, **attributes: str | int) -> Markup:
    """An element; `class_` is its class, and an underscore in an attribute's name a hyphen."""
    said = "".join(f' {_attribute(which)}="{_value(value)}"' for which, value in attributes.items())
    if name in _EMPTY:
        return Markup(f"<{name}{said}/>" if name in ("path", "rect") else f"<{name}{said}>")
    return Markup(f"<{name}{said}>{joined(inside)}</{name}>")


def block(said: str) -> Markup:
    """A text of many lines, as they stand."""
    return Markup("\n".join(map(text, said.splitlines())))


def joined(parts: Iterable[str]) -> Markup:
    """One after another."""
    return Markup("".join(map(text, parts)))


def lines(sentences: Iterable[str], **attributes: str) -> Markup:
    """A list."""
    items = [element("li", sentence) for sentence in sentences]
    return element("ul", *items, **attributes) if items else Markup()


def pairs(rows: Iterable[tuple[str, str]]) -> Markup:
    """Names with what they mean or hold."""
    return element("dl", *(element("div", element("dt", key(name)), element("dd", held)) for name, held in rows))


def _attribute(name: str) -> str:
    return name.rstrip("_").replace("_", "-")


def _value(said: str | int) -> str:
    return said if isinstance(said, Markup) else escape(printable(said))
