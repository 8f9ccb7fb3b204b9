"""The lines of ours in a function's log: how functions say what they do, and how the lines are found again.

Lambda runs this, too: nothing here, nor in what this imports, needs more than Lambda's Python brings.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any
from uuid import uuid4

from loadtests.record.numbering import BITS, number_of
from loadtests.record.reasons import reason_of
from strategies.ports import Mail, Received, SendError
from strategies.raised import Raised

WORD = "SESLAB"
"""Begins each line of ours."""

HANDED, TAKEN, ENDED = "handed", "taken", "ended"
"""What becomes of mails in Lambda's own queue: a function put them in, one got them, and one needs them no more."""


class CallLines:
    """A line for each call to SES, as its caller saw it; calls of run number `run` are numbered as that run's.

    `account` is the place of the account that the calls go through, in a pool of several.
    """

    def __init__(self, run: str | None, account: int = 0) -> None:
        self._run, self._through = None if run is None else int(run), {"account": account} if account else {}
        self._open: dict[int, dict[str, Any]] = {}

    def begin(self, mail: Mail, to: range, now_s: float, /) -> int:
        call = self._new_call()
        self._open[call] = {"mail": mail.number, "first": to.start, "recipients": len(to), "start_unix_s": now_s}
        return call

    def _new_call(self) -> int:
        """A number that no other environment will have: of 63 bits by chance, or 32 of them within those of a run."""
        if self._run is None:
            return uuid4().int >> 65
        return int(number_of(self._run, uuid4().int >> 128 - BITS))

    def end(self, call: int, now_s: float, error: SendError | None, /) -> None:
        heard = {"error": None} if error is None else {"error": type(error).__name__, "said": reason_of(error)}
        _say({"call": call, **self._through, **self._open.pop(call), "end_unix_s": now_s, **heard})


def say_received(messages: Sequence[Received]) -> None:
    """Messages that a function got of a queue, each with the number of times that it was received."""
    if messages:
        _say({"received": [[message.message_id, message.mail.number, message.receive_count] for message in messages]})


def say_moved(what: str, mails: Sequence[Mail]) -> None:
    """Mails that were `HANDED` to Lambda's own queue, `TAKEN` from it, or `ENDED`."""
    if mails:
        _say({what: [[mail.number, mail.first, mail.recipients] for mail in mails]})


def say_given_up(mail: Mail, to: range) -> None:
    """Recipients that a function will not try again."""
    _say({"given_up": [mail.number, to.start, len(to)]})


def say_raised(function: str, raised: Raised) -> None:
    """An error that an invocation of a function ended with."""
    _say({"function": function, "raised": raised})


def _say(fact: Mapping[str, Any]) -> None:
    """One line, in one write, so that lines of many threads do not mix."""
    sys.stdout.write(f"{WORD} {json.dumps(fact)}\n")
    sys.stdout.flush()


def facts(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """What a log says in lines of ours; others, such as Lambda's own, are passed over, as is one that was cut off."""
    for line in lines:
        if line.startswith(f"{WORD} "):
            with suppress(ValueError):
                yield json.loads(line.removeprefix(WORD))
