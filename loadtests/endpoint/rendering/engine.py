"""Handlebars inside QuickJS, which is stopped when it takes too long, too much memory, or goes too deep."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.resources import files
from time import thread_time
from typing import Any

from loadtests.endpoint.message import V1_MOST_BYTES
from loadtests.endpoint.rendering.lines import Lines, TooLong

PREPARE_S, MAIL_S, BULK_S = 5.0, 1.0, 20.0
"""Of the process's processor time: to compile a template, to render a mail, and for all mails of a bulk call."""
MOST_CHARACTERS = V1_MOST_BYTES  # SES's smallest limit on a mail
MEMORY_BYTES = 256 * 2**20
STACK_BYTES = 2**19  # the smallest thread of a usual Python has twice as much
TOO_MUCH = "The template takes more time or memory than there may be."
PREPARE, DONE, UNPREPARED = "prepare", "{}", '{"unprepared":true}'
INTERRUPTED = "interrupted"  # by the limit of time, of which memory knows nothing
SCRIPTS = ("handlebars.min.js", "dialect.js")


class Unrendered(Exception):
    """Why a template is none, or cannot be filled in with this data."""


class Missing(Unrendered):
    """An attribute that the template names is not in the data."""


class Room:
    """How long one request may take of the engine, all its mails together."""

    def __init__(self, seconds: float = PREPARE_S + MAIL_S) -> None:
        self._left_s = seconds

    def left_s(self, most_s: float = MAIL_S) -> float:
        """How long the next step may take; raises Unrendered if the time is over."""
        if self._left_s <= 0:
            raise Unrendered(TOO_MUCH)
        return min(self._left_s, most_s)

    def take(self, seconds: float) -> None:
        """So much less is left."""
        self._left_s -= seconds


class Engine:
    """One for the process: its templates stay compiled, and its own thread renders while Python does other things.

    One request of a template at a time is before that thread, so that a template that renders for ever stands in the
    way of others once and not once for each of its mails.
    """

    def __init__(self) -> None:
        self._lines = Lines()
        self._thread = ThreadPoolExecutor(1, "templates")  # QuickJS is bound to the thread that made it
        self._thread.submit(self._begin).result()

    def _begin(self) -> None:
        from quickjs import Context

        here = files("loadtests.endpoint.rendering")
        self._context = Context()
        self._context.set_memory_limit(MEMORY_BYTES)
        self._context.set_max_stack_size(STACK_BYTES)
        self._context.eval("\n".join((here / name).read_text() for name in SCRIPTS))
        self._answer = self._context.get("answer")

    def ask(self, room: Room, question: str, parts: Iterable[str], *more: str | int) -> dict[str, Any]:
        """The answer; raises Unrendered."""
        answer: dict[str, Any] = json.loads(self._told(room, question, json.dumps(list(parts)), *more))
        if "missing" in answer:
            raise Missing(f"Attribute '{answer['missing']}' is not present in the rendering data.")
        if "wrong" in answer:
            raise Unrendered(answer["wrong"])
        return answer

    def _told(self, room: Room, question: str, parts: str, *more: str | int) -> str:
        try:
            with self._lines.turn(parts):
                return self._thread.submit(self._prepared, room, question, parts, *more).result()
        except TooLong as error:
            raise Unrendered(TOO_MUCH) from error

    def _prepared(self, room: Room, question: str, parts: str, *more: str | int) -> str:
        """The answer to what may have to be compiled first, as when memory was short."""
        if question == PREPARE:
            return self._in_time(room, PREPARE_S, question, parts)
        answer = self._in_time(room, MAIL_S, question, parts, *more)
        if answer == UNPREPARED:
            answer = self._in_time(room, PREPARE_S, PREPARE, parts)
            if answer == DONE:
                answer = self._in_time(room, MAIL_S, question, parts, *more)
        return answer

    def _in_time(self, room: Room, most_s: float, *asked: str | int) -> str:
        from quickjs import JSException

        self._context.set_time_limit(room.left_s(most_s))
        begun_s = thread_time()
        try:
            return str(self._answer(*asked))
        except JSException as error:
            if INTERRUPTED not in str(error):
                self._forget()
            raise Unrendered(TOO_MUCH) from error
        finally:
            room.take(thread_time() - begun_s)

    def _forget(self) -> None:
        """Give back what compiled templates take, because memory may be short."""
        self._context.set_time_limit(MAIL_S)
        self._answer("forget", "[]")


@cache
def engine() -> Engine:
    """Made when the first template needs it: that takes 50 ms."""
    return Engine()


def check(parts: Iterable[str]) -> None:
    """Raises Unrendered if a template of these parts could never be rendered, whatever the data."""
    engine().ask(Room(), PREPARE, parts)


def is_simple(parts: Iterable[str]) -> bool:
    """Whether nothing but plain variables stands in the parts; raises Unrendered if they are no template."""
    return bool(engine().ask(Room(), "isSimple", parts)["simple"])


def fill(parts: Iterable[str], values: Mapping[str, Any], room: Room | None = None) -> list[str]:
    """The parts with the values of a JSON object in them; raises Unrendered."""
    asked = engine().ask(room or Room(), "fill", parts, json.dumps(values), MOST_CHARACTERS)
    return [str(text) for text in asked["filled"]]
