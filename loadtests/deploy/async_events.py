"""What Lambda's own queue of asynchronous events has: it cannot be looked into, but functions say what goes through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from loadtests.record.function_lines import ENDED, HANDED, TAKEN, facts
from scenarios.aws.async_queue import ERROR_RETRIES_S
from scenarios.ledger.fates import Pieces

TRIES = 1 + len(ERROR_RETRIES_S)  # then Lambda drops an event


def in_lambda(lines: Iterable[str]) -> Pieces:
    """The mails that functions handed to Lambda, that none has ended with, and that Lambda has not dropped."""
    said = {what: Counter[tuple[int, ...]]() for what in (HANDED, TAKEN, ENDED)}
    for fact in facts(lines):
        for what in said.keys() & fact.keys():
            said[what].update(map(tuple, fact[what]))
    held = Pieces()
    for piece, times in said[HANDED].items():
        ended = said[ENDED][piece]
        dropped = (said[TAKEN][piece] - ended) // TRIES
        if times > ended + dropped:
            held.add(*piece)
    return held
