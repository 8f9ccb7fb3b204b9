"""A template filled in by moto's engine, which goes through so much text and no more: loops make much of little."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.ses import models
from moto.ses.template import parse_template
from moto.utilities.tokenizer import GenericTokenizer

from loadtests.endpoint.message import MOST_BYTES, V1_MOST_BYTES

MAIL_CHARACTERS = V1_MOST_BYTES  # SES's smallest limit on a mail; its template has at most 500 KB, its data 256
BULK_CHARACTERS = MOST_BYTES  # of a call with 50 such templates


class TooMuch(Exception):
    """A template goes through more text than it may."""


class Room:
    """How many characters of templates and data one request may go through, its memory and its time."""

    def __init__(self, characters: int = MAIL_CHARACTERS) -> None:
        self._left = characters

    def take(self, characters: int) -> None:
        """Go through some more; raises TooMuch if they are too many."""
        self._left -= characters
        if self._left < 0:
            raise TooMuch("The template and its data make more text than there may be.")


def install() -> None:
    """Make moto render in this way, too."""
    models.parse_template = filled  # type: ignore[attr-defined, assignment]


def filled(template: str, values: Mapping[str, Any], room: Room | None = None) -> str:
    """The template with the values; raises TooMuch, or whatever moto's engine raises on what it does not know."""
    room = room or Room()
    return parse_template(template, _Values(values, room), _Tokenizer(template, room))  # type: ignore[arg-type]


class _Tokenizer(GenericTokenizer):
    """The template, whose loops are gone through as often as they turn."""

    def __init__(self, template: str, room: Room) -> None:
        super().__init__(template)
        self._room = room

    def __next__(self) -> str:
        self._room.take(1)
        return super().__next__()


class _Values:
    """The data, as far as moto's engine asks for it: a text that is put in is gone through, and so is a list."""

    def __init__(self, values: Mapping[str, Any], room: Room) -> None:
        self._values, self._room = values, room

    def get(self, name: str, default: Any = None) -> Any:
        value = self._values.get(name, default)
        if isinstance(value, (str, list)):
            self._room.take(len(value))
        if isinstance(value, list):
            return [_Values(item, self._room) if isinstance(item, dict) else item for item in value]
        return value
