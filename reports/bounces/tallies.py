"""What events say of each recipient, added up. Neither their order nor copies of them make a difference.

Whatever is kept is a maximum, a minimum or a set, so that hearing an event again, or late, changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from typing import NamedTuple

from scenarios.events.events import Event, Recipient, subject_of, tags_of
from scenarios.events.failures import Failure, failure_of
from scenarios.events.reasons import Reason, reason_of


class Latest(NamedTuple):
    """What is told of a failure; of two at one instant the greater one counts, whichever was read first."""

    at_unix_s: float
    reason: Reason
    status: str
    diagnostic: str
    shared_by: int  # how many recipients one complaint may be of
    expires_unix_s: float
    message_id: str
    subject: str
    tags: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(slots=True)
class Tally:
    """One kind of failure of one recipient."""

    first_unix_s: float
    latest: Latest
    count: int = 0

    @property
    def last_unix_s(self) -> float:
        return self.latest.at_unix_s


@dataclass(slots=True)
class Tallies:
    """By recipient: failures of each kind, and the last delivery. Events before `since_unix_s` do not count."""

    since_unix_s: float = -inf
    failures: dict[str, dict[Failure, Tally]] = field(default_factory=dict)
    delivered_unix_s: dict[str, float] = field(default_factory=dict)
    first_unix_s: float = inf
    last_unix_s: float = -inf
    _counted: set[int] = field(default_factory=set)

    def hear(self, event: Event) -> None:
        if event.at_unix_s < self.since_unix_s:
            return
        self.first_unix_s = min(self.first_unix_s, event.at_unix_s)
        self.last_unix_s = max(self.last_unix_s, event.at_unix_s)
        if event.kind == "Delivery":
            self._deliver(event)
        elif (failure := failure_of(event)) is not None:
            for recipient in event.recipients:
                self._fail(failure, event, recipient)

    def _deliver(self, event: Event) -> None:
        for recipient in event.recipients:
            before = self.delivered_unix_s.get(recipient.address, -inf)
            self.delivered_unix_s[recipient.address] = max(before, event.at_unix_s)

    def _fail(self, failure: Failure, event: Event, recipient: Recipient) -> None:
        of_recipient = self.failures.setdefault(recipient.address, {})
        tally = of_recipient.get(failure)
        if tally is None:
            tally = of_recipient[failure] = Tally(event.at_unix_s, _latest(event, recipient))
        else:
            tally.first_unix_s = min(tally.first_unix_s, event.at_unix_s)
            if event.at_unix_s >= tally.last_unix_s:
                tally.latest = max(tally.latest, _latest(event, recipient))
        tally.count += self._is_new(failure, event, recipient)

    def _is_new(self, failure: Failure, event: Event, recipient: Recipient) -> bool:
        """Of each key only a hash is kept: two of a million are alike once in some ten million runs."""
        key = hash((event.key, recipient.address, failure))
        if key in self._counted:
            return False
        self._counted.add(key)
        return True


def _latest(event: Event, recipient: Recipient) -> Latest:
    return Latest(
        at_unix_s=event.at_unix_s,
        reason=reason_of(event, recipient),
        status=recipient.status,
        diagnostic=recipient.diagnostic or (event.said if event.kind in ("Reject", "Rendering Failure") else ""),
        shared_by=len(event.recipients) if event.kind == "Complaint" else 1,
        expires_unix_s=event.expires_unix_s or -inf,
        message_id=event.message_id,
        subject=subject_of(event),
        tags=_frozen(tags_of(event)),
    )


def _frozen(tags: Mapping[str, list[str]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((name, tuple(values)) for name, values in tags.items())
