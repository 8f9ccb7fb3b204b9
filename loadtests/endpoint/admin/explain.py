"""Every call with its admission for people to read, and for each refusal what filled the bucket."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any, NamedTuple

from numpy.typing import NDArray

from loadtests.endpoint.account_admission import AccountAdmission
from loadtests.endpoint.account_run import AccountRun
from loadtests.endpoint.decision_log import LIMITS, REASONS
from scenarios.ledger.ledger import ACCEPTED, MESSAGES, OUTCOMES, QUOTA, THROTTLED

MOST_CAUSES = 50  # rows named for one refusal
STRETCH = 4096  # rows at a time, of a log that may be long


class Row(NamedTuple):
    """One decision with everything that is known of it, its number in the log first."""

    number: int
    call: int
    mail: int
    first: int
    recipients: int
    decided_s: float
    outcome: int
    caller: int
    reason: int
    counted: int
    said: int


def calls(run: AccountRun, last: int) -> list[dict[str, Any]]:
    """The last of the calls, oldest first. To tell why, a second limiter decides everything once more."""
    decisions, notes, callers = run.observed()
    sentences = run.said(0)[1]
    replay, first, shown = Replay(run), len(decisions) - last, []
    for row in _rows(decisions, notes):
        if row.number >= first:
            said = {"said": sentences[row.said]} if row.said else {}
            shown.append(_shown(row, callers[row.caller], run.zero_unix_s) | said | replay.why(row))
        replay.repeat(row)
    return shown


def _rows(decisions: NDArray[Any], notes: NDArray[Any]) -> Iterator[Row]:
    for start in range(0, len(decisions), STRETCH):
        stretch = slice(start, start + STRETCH)
        pairs = zip(decisions[stretch].tolist(), notes[stretch].tolist(), strict=True)
        yield from (Row(number, *decision, *note) for number, (decision, note) in enumerate(pairs, start))


def _shown(row: Row, caller: str, zero_unix_s: float) -> dict[str, Any]:
    return {
        "row": row.number,
        "decided_s": row.decided_s,
        "decided_unix_s": zero_unix_s + row.decided_s,
        "caller": caller,
        "recipients": row.recipients,
        "mail": row.mail if row.mail >= 0 else None,
        "first_recipient": row.first,
        "call": row.call if row.call >= 0 else None,
        "outcome": OUTCOMES[row.outcome],
    }


class Replay:
    """The same decisions once more, with time to look around before each."""

    def __init__(self, run: AccountRun) -> None:
        self._admission: AccountAdmission = run.admission_anew()
        self._changes = deque(run.rate_changes)
        self._accepted: list[Row] = []

    def repeat(self, row: Row) -> None:
        """Decide as it was decided then."""
        self._change_rate(row.decided_s)
        if REASONS[row.reason] == LIMITS:
            self._admission.decide(row.decided_s, row.recipients, row.counted)
        if row.outcome == ACCEPTED:
            self._accepted.append(row)

    def why(self, row: Row) -> dict[str, Any]:
        """What made the next decision a refusal, if it was one."""
        self._change_rate(row.decided_s)
        if row.outcome == ACCEPTED:
            return {}
        if REASONS[row.reason] != LIMITS:
            return {"why": REASONS[row.reason]}
        if row.outcome == QUOTA:
            return {"why": MESSAGES[QUOTA], "needed": row.counted, "used_24h": self._admission.used_24h(row.decided_s)}
        return {"why": MESSAGES[THROTTLED], "needed": row.recipients, **self._bucket(row.decided_s)}

    def _change_rate(self, until_s: float) -> None:
        while self._changes and self._changes[0][0] <= until_s:
            self._admission.set_rate(*self._changes.popleft())

    def _bucket(self, now_s: float) -> dict[str, Any]:
        left, capacity = self._admission.room(now_s), self._admission.capacity
        causes = list(self._newest(capacity - left))
        return {
            "left": left,
            "capacity": capacity,
            "filled_by": [row.number for row in causes[:MOST_CAUSES]],
            "filled_by_calls": len(causes),
        }

    def _newest(self, recipients: int) -> Iterator[Row]:
        """The newest accepted calls, newest first, that together hold so many recipients."""
        for row in reversed(self._accepted):
            if recipients <= 0:
                return
            yield row
            recipients -= row.recipients
