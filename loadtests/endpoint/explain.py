"""Every call with its admission for people to read, and for each refusal what filled the bucket."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any, NamedTuple

from loadtests.endpoint.gate import Gate
from loadtests.endpoint.journal import LIMITS, REASONS, batches
from loadtests.endpoint.run import Run
from scenarios.ledger import ACCEPTED, MESSAGES, OUTCOMES, QUOTA, THROTTLED

SHOWN_CAUSES = 50


class Accepted(NamedTuple):
    """An earlier call that still counts."""

    row: int
    recipients: int


def calls(run: Run, last: int) -> list[dict[str, Any]]:
    """The last of the calls, oldest first. The limiter is no oracle: it decides everything once more to tell why."""
    decisions, notes, callers = run.observed()
    replay = _Replay(run)
    shown = []
    first = max(0, len(decisions) - last)
    rows = (
        (*decision, *note)
        for some, more in zip(batches(decisions), batches(notes), strict=True)
        for decision, note in zip(some, more, strict=True)
    )
    for number, (call, mail, start, recipients, decided_s, outcome, caller, reason, counted) in enumerate(rows):
        why = replay.decide(number, recipients, decided_s, outcome, REASONS[reason], counted, number >= first)
        if number >= first:
            shown.append(
                {
                    "row": number,
                    "decided_s": decided_s,
                    "decided_unix_s": run.zero_unix_s + decided_s,
                    "caller": callers[caller],
                    "recipients": recipients,
                    "mail": mail if mail >= 0 else None,
                    "first_recipient": start,
                    "call": call if call >= 0 else None,
                    "outcome": OUTCOMES[outcome],
                    **why,
                }
            )
    return shown


class _Replay:
    """The same decisions once more, stopped at each refusal to look around."""

    def __init__(self, run: Run) -> None:
        self._gate: Gate = run.gate_anew()
        self._changes = deque(run.rate_changes)
        self._accepted: list[Accepted] = []

    def decide(
        self, number: int, recipients: int, decided_s: float, outcome: int, reason: str, counted: int, wanted: bool
    ) -> dict[str, Any]:
        """Repeat one decision; returns why it was a refusal, if it was and somebody wants to know."""
        while self._changes and self._changes[0][0] <= decided_s:
            self._gate.set_rate(*self._changes.popleft())
        why = self._why(recipients, decided_s, outcome, reason) if wanted and outcome != ACCEPTED else {}
        if reason == LIMITS:
            self._gate.decide(decided_s, recipients, counted)
        if outcome == ACCEPTED:
            self._accepted.append(Accepted(number, recipients))
        return why

    def _why(self, recipients: int, decided_s: float, outcome: int, reason: str) -> dict[str, Any]:
        if reason != LIMITS:
            return {"why": reason}
        if outcome == QUOTA:
            return {"why": MESSAGES[QUOTA], "needed": recipients, "used_24h": self._gate.used_24h(decided_s)}
        left = self._gate.room(decided_s)
        causes = list(self._filling(self._gate.capacity - left))
        return {
            "why": MESSAGES[THROTTLED],
            "needed": recipients,
            "left": left,
            "capacity": self._gate.capacity,
            "filled_by": [cause.row for cause in causes[:SHOWN_CAUSES]],
            "filled_by_calls": len(causes),
        }

    def _filling(self, recipients: int) -> Iterator[Accepted]:
        """The newest accepted calls, newest first, that together hold so many recipients."""
        for accepted in reversed(self._accepted):
            if recipients <= 0:
                return
            yield accepted
            recipients -= accepted.recipients
