"""Every decision of one account's SES since time zero, 35 bytes each, and the reason for each refusal on demand."""

from __future__ import annotations

from io import RawIOBase
from struct import Struct
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from loadtests.endpoint.addresses import bare
from loadtests.endpoint.message import Message
from loadtests.endpoint.refusals import WIRE
from loadtests.record.labels import call_of, label_of
from loadtests.record.logs import DECISION_ROW, DecisionRows
from loadtests.record.reasons import shortened
from scenarios.ledger.ledger import MESSAGES, first_sentence

NOTE = np.dtype([("caller", "<u2"), ("reason", "u1"), ("counted", "u1"), ("said", "<u2")])
_pack_note = Struct("<HBBH").pack
MOST_CALLERS = MOST_SENTENCES = 1_000
OTHERS, UNKNOWN = "others", 0
LIMITS, FAULT, OUTAGE = "limits", "fault", "outage"
REASONS = (LIMITS, FAULT, OUTAGE, *WIRE)
"""What made a decision: limiter and quota, something that went wrong, or what is wrong with the mail itself."""
_NUMBERS = {reason: number for number, reason in enumerate(REASONS)}
MOST_DIGITS, FIRST_TOO_LARGE, FIRST_MAIL_TOO_LARGE = 19, 1 << 63, 1 << 31


class CallTrace(NamedTuple):
    """What a mail's tags say of it: the call's number, the mail's, and the first of its recipients in this call."""

    call: int
    mail: int
    first: int


STRANGER = CallTrace(-1, -1, 0)
"""A mail without our tags: any SDK may send here."""


def traced(message: Message) -> CallTrace:
    """Whose mail it is; a run's own bears all three tags, or its first recipient a label."""
    if not {"call", "mail", "first"} <= message.tags.keys():
        return _labelled(message.recipients)
    numbers = [message.tags[name] for name in CallTrace._fields]
    if not all(number.isascii() and number.isdigit() and len(number) <= MOST_DIGITS for number in numbers):
        return STRANGER
    return _fitting(CallTrace(*map(int, numbers)))


def _labelled(recipients: tuple[str, ...]) -> CallTrace:
    label = label_of(bare(recipients[0])) if recipients else None
    return STRANGER if label is None else _fitting(CallTrace(call_of(label), label.mail, label.who))


def _fitting(trace: CallTrace) -> CallTrace:
    fits = trace.call < FIRST_TOO_LARGE and max(trace.mail, trace.first) < FIRST_MAIL_TOO_LARGE
    return trace if fits else STRANGER


class DecisionLog:
    """The decisions in their order; the caller sees to it that one thread at a time writes."""

    def __init__(self, witness: RawIOBase | None = None) -> None:
        self._decisions, self._notes = DecisionRows(witness), bytearray()
        self._callers = {OTHERS: 0}
        self._sentences = {sentence: number for number, sentence in enumerate(MESSAGES)}

    def add(
        self,
        trace: CallTrace,
        recipients: int,
        decided_s: float,
        outcome: int,
        caller: str,
        reason: str,
        counted: int,
        said: str,
    ) -> None:
        """Note a decision, with one of `REASONS`, how many recipients count on the quota, and what SES says of it."""
        self._decisions.add(*trace, recipients, decided_s, outcome)
        number = self._callers.get(caller)
        if number is None:
            number = self._new_caller(caller)
        self._notes += _pack_note(number, _NUMBERS[reason], min(counted, 255), self._number_of(said))

    def _new_caller(self, caller: str) -> int:
        """Clients may call themselves whatever they like; so many names are kept."""
        if len(self._callers) > MOST_CALLERS:
            return self._callers[OTHERS]
        self._callers[caller] = len(self._callers)
        return self._callers[caller]

    def _number_of(self, said: str) -> int:
        """Sentences may name addresses, which are many: beyond so many different ones they are noted without."""
        said = shortened(said)
        if said not in self._sentences and len(self._sentences) >= MOST_SENTENCES:
            said = first_sentence(said)
        if said not in self._sentences and len(self._sentences) >= 2 * MOST_SENTENCES:
            return UNKNOWN
        return self._sentences.setdefault(said, len(self._sentences))

    def close(self) -> None:
        """Give up the witness's file."""
        self._decisions.close()

    def raw(self, start: int = 0) -> bytes:
        """The decisions from the `start`-th on, as an array of `DECISION_ROW` in bytes."""
        return self._decisions.raw(start)

    def rows(self, start: int = 0) -> NDArray[Any]:
        """The decisions from the `start`-th on, as an array of `DECISION_ROW` that later ones do not change."""
        return np.frombuffer(self.raw(start), DECISION_ROW)

    def notes(self, start: int = 0) -> NDArray[Any]:
        """What else is known of each decision from the `start`-th on, as an array of `NOTE`."""
        return np.frombuffer(bytes(memoryview(self._notes)[start * NOTE.itemsize :]), NOTE)

    def callers(self) -> list[str]:
        """The callers' names by their numbers."""
        return list(self._callers)

    def sentences(self) -> list[str]:
        """What SES has said by then, by the numbers in the notes."""
        return list(self._sentences)
