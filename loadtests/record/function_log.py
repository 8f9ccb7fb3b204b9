"""What functions say in their logs, a line each: calls, what they received, what they gave up, and errors."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loadtests.record.function_lines import facts
from loadtests.record.logs import CALL, EndedCall, seen_as
from scenarios.aws.handler_errors import HandlerErrors
from scenarios.ledger.fates import Pieces
from strategies.raised import Raised


@dataclass
class FunctionLog:
    """`calls` as rows of `CALL`; `receives` counts receptions by mail and message, `errors` are by function.

    `accounts` are the places in a pool of the accounts that the calls went through, zeros where there is one account.
    """

    calls: NDArray[Any]
    accounts: NDArray[np.uint8]
    receives: dict[tuple[int, str], int] = field(default_factory=dict)
    given_up: Pieces = field(default_factory=Pieces)
    errors: dict[str, HandlerErrors] = field(default_factory=dict)

    def through(self, place: int) -> NDArray[Any]:
        """The calls that went through the account of that place."""
        mine: NDArray[Any] = self.calls[self.accounts == place]
        return mine


def function_log_of(lines: Iterable[str], zero_unix_s: float) -> FunctionLog:
    """What the lines tell; others, such as Lambda's own, are passed over, and so is one that was cut off."""
    heard = list(facts(lines))
    ended = [fact for fact in heard if "call" in fact]
    calls = np.array([_row(fact, zero_unix_s) for fact in ended], CALL)
    told = FunctionLog(calls, np.array([fact.get("account", 0) for fact in ended], np.uint8))
    for fact in heard:
        for message_id, mail, count in fact.get("received", ()):
            told.receives[mail, message_id] = max(count, told.receives.get((mail, message_id), 0))
        if "given_up" in fact:
            told.given_up.add(*fact["given_up"])
        if "raised" in fact:
            told.errors.setdefault(fact["function"], HandlerErrors()).note(Raised(*fact["raised"]))
    return told


def _row(fact: dict[str, Any], zero_unix_s: float) -> tuple[Any, ...]:
    *about, error, said = ended_call(fact, zero_unix_s)
    return fact["call"], *about, seen_as(error), said


def ended_call(fact: dict[str, Any], zero_unix_s: float) -> EndedCall:
    """The call that a line tells of."""
    start_s, end_s = fact["start_unix_s"] - zero_unix_s, fact["end_unix_s"] - zero_unix_s
    error, said = fact["error"], fact.get("said", "")
    return EndedCall(fact["mail"], fact["first"], fact["recipients"], start_s, end_s, error, said)
