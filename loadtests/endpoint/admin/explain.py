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
    decisions, notes, callers, sentences = run.observed()
    replay, first, shown = Replay(run), len(decisions) - last, []
    for row in rows(decisions, notes):
        if row.number >= first:
            shown.append(shown_of(row, callers[row.caller], sentences[row.said], run.zero_unix_s) | replay.why(row))
        replay.repeat(row)
    return shown


def rows(decisions: NDArray[Any], notes: NDArray[Any], first: int = 0) -> Iterator[Row]:
    """Decisions with their notes; the log has `first` others before them."""
    for start in range(0, len(decisions), STRETCH):
        stretch = slice(start, start + STRETCH)
        pairs = zip(decisions[stretch].tolist(), notes[stretch].tolist(), strict=True)
        yield from (Row(number, *decision, *note) for number, (decision, note) in enumerate(pairs, first + start))


def shown_of(row: Row, caller: str, said: str, zero_unix_s: float) -> dict[str, Any]:
    """A call as people read it, with what SES said of it, if it said anything."""
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
        **({"said": said} if said else {}),
    }


class Replay:
    """The same decisions once more, with time to look around before each. It remembers as many as fill the bucket."""

    def __init__(self, run: AccountRun) -> None:
        self._admission: AccountAdmission = run.admission_anew()
        self._rate_changes, self._changed = run.rate_changes, 0
        self._accepted, self._remembered = deque[Row](), 0

    def room(self, now_s: float) -> int:
        """The most recipients that a request could have at this instant."""
        self._change_rate(now_s)
        return self._admission.room(now_s)

    def repeat(self, row: Row) -> None:
        """Decide as it was decided then."""
        self._change_rate(row.decided_s)
        if REASONS[row.reason] == LIMITS:
            self._admission.decide(row.decided_s, row.recipients, row.counted)
        if row.outcome == ACCEPTED:
            self._remember(row)

    def _remember(self, row: Row) -> None:
        """Every accepted call has a recipient at least, so that no more than the capacity are ever asked for."""
        self._accepted.append(row)
        self._remembered += row.recipients
        while self._remembered - self._accepted[0].recipients >= self._admission.capacity:
            self._remembered -= self._accepted.popleft().recipients

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
        """The list grows while it serves."""
        while self._changed < len(self._rate_changes) and self._rate_changes[self._changed][0] <= until_s:
            self._admission.set_rate(*self._rate_changes[self._changed])
            self._changed += 1

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
