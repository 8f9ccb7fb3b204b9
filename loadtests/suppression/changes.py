"""Changes to a list, one address after the other, each recorded before and after; and how they are taken back."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Sequence, Sized
from contextlib import contextmanager
from typing import NamedTuple

from loadtests.suppression.listed import Refused, SuppressionList
from loadtests.suppression.pace import Stopped
from loadtests.suppression.record import DONE, REFUSED, UNCHANGED, Change, Record
from scenarios.errors import BadInput, Interrupted, RunFailed

AS_BEFORE, CHANGED_SINCE, TAKEN_BACK = "as before", "changed since", "put back"
MOST_REFUSED = 10

Show = Callable[[int], None]
"""Shows how many addresses are done."""


class Wish(NamedTuple):
    """What shall become of an address; `before` is what is known to be there, where that is known.

    It yields if an address that is listed already, for whichever reason, shall stay as it is.
    """

    address: str
    after: str | None
    before: str | None = None
    is_known: bool = False
    yields: bool = False

    @property
    def requests(self) -> int:
        """A look, unless it has been looked, and a change."""
        return 1 if self.is_known else 2


class Outcome(NamedTuple):
    """What came of an address, the reason that it had or has, and what SES said if it refused."""

    address: str
    reason: str | None
    came_to: str
    said: str = ""


class Refusals:
    """How many addresses in a row SES has refused: an account in the sandbox may be refused each of thousands."""

    def __init__(self) -> None:
        self._in_a_row = 0

    def heed(self, outcome: Outcome) -> None:
        """Raises RunFailed where it is of no use to go on."""
        self._in_a_row = self._in_a_row + 1 if outcome.came_to == REFUSED else 0
        if self._in_a_row == MOST_REFUSED:
            raise RunFailed(
                f"SES has refused {MOST_REFUSED} addresses in a row, at last {outcome.address}: {outcome.said}"
            )


def make(wishes: Sequence[Wish], listed: SuppressionList, record: Record, show: Show) -> Iterator[Outcome]:
    """Carry them out; the record is held. Raises BadInput, RunFailed and Interrupted, which say how to go on."""
    path = shlex.quote(str(record.path))
    advice = f"the same command with --log {path} goes on, and seslab suppression undo {path} takes back what was done"
    with record.held(), _saying(advice, record.outcomes):
        refusals = Refusals()
        for number, wish in enumerate(wishes):
            show(number)
            was_open = record.is_open(wish.address)
            outcome = _made(wish, listed, record)
            if not (was_open and outcome.came_to == REFUSED):  # what a killed run may have done stays open
                record.came_to(wish.address, outcome.came_to, outcome.said)
            yield outcome
            refusals.heed(outcome)


def _made(wish: Wish, listed: SuppressionList, record: Record) -> Outcome:
    """An open change that is seen to be made was made by the run that was killed."""
    try:
        before = wish.before if wish.is_known else listed.reason_of(wish.address)
        if before == wish.after:
            return Outcome(wish.address, before, DONE if record.is_open(wish.address) else UNCHANGED)
        if wish.yields and before is not None:
            return Outcome(wish.address, before, UNCHANGED)
        listed.ready()
        record.about_to(wish.address, Change(before, wish.after))
        return Outcome(
            wish.address, wish.after or before, DONE if _set(listed, wish.address, wish.after) else UNCHANGED
        )
    except Refused as error:
        return Outcome(wish.address, wish.after, REFUSED, str(error))


def _set(listed: SuppressionList, address: str, reason: str | None) -> bool:
    """Whether that was a change."""
    if reason is None:
        return listed.delete(address)
    listed.put(address, reason)
    return True


def undo(listed: SuppressionList, record: Record, show: Show) -> Iterator[Outcome]:
    """Take back what the record says, the last first; what has changed since stays. Raises as `make` does."""
    with record.held(), _saying("the same command goes on", record.undone):
        refusals = Refusals()
        for number, (address, change) in enumerate(record.to_undo().items()):
            show(number)
            outcome = _undone(address, change, listed)
            if outcome.came_to != REFUSED:
                record.took_back(address, outcome.came_to)
            yield outcome
            refusals.heed(outcome)


def _undone(address: str, change: Change, listed: SuppressionList) -> Outcome:
    try:
        now = listed.reason_of(address)
        if now in change:
            if now == change.after:
                _set(listed, address, change.before)
            return Outcome(address, change.before, TAKEN_BACK if now == change.after else AS_BEFORE)
        return Outcome(address, now, CHANGED_SINCE)
    except Refused as error:
        return Outcome(address, change.before, REFUSED, str(error))


@contextmanager
def _saying(advice: str, done: Sized) -> Iterator[None]:
    """Whatever ends the run says how far it has come, and how to go on."""
    try:
        yield
    except (BadInput, RunFailed) as error:
        raise type(error)(f"{error}; done so far: {len(done):,}; {advice}") from error
    except (Stopped, KeyboardInterrupt) as error:
        raise Interrupted(f"interrupted; done so far: {len(done):,}; {advice}") from error
