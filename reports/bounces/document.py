"""Makes the document: each recipient to whom mail failed, why in words, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import isfinite
from operator import itemgetter
from typing import TYPE_CHECKING

from reports.bounces.tallies import Tallies, Tally
from reports.bounces.wording import CALL_INSTEAD, ONE_OF, WORDINGS, WORKS_AGAIN, Action
from scenarios.events.failures import Failure
from scenarios.formats.instants import to_second

if TYPE_CHECKING:
    from reports.documents.bounces import BouncesDocument, FailureEntry, RecipientEntry

PATIENCE, PATIENCE_S = 3, 7 * 86_400
"""So many failures over so long are no accident."""
_GRAVITY = {failure: place for place, failure in enumerate(Failure)}
_ORDER = {action.value: place for place, action in enumerate(Action)}

Failures = Mapping[Failure, Tally]


def document(tallies: Tallies) -> BouncesDocument:
    """Plain data. A mail that was late, and of which more was heard since, is no failure."""
    failed = [
        _recipient(address, failures, tallies.delivered_unix_s.get(address))
        for address, every in tallies.failures.items()
        if (failures := _without_late(every, tallies.delivered_unix_s.get(address)))
    ]
    again = sum(one["works_again"] for one in failed)
    return {
        "schema": "seslab/bounces/v1",
        "since": _instant(tallies.since_unix_s),
        "first_event": _instant(tallies.first_unix_s),
        "last_event": _instant(tallies.last_unix_s),
        "recipients": {
            "told": len(tallies.failures.keys() | tallies.delivered_unix_s.keys()),
            "failing": len(failed) - again,
            "working_again": again,
        },
        "failed": _in_order(failed),
    }


def _in_order(failed: Iterable[RecipientEntry]) -> list[RecipientEntry]:
    by_address = sorted(failed, key=itemgetter("address"))
    return sorted(sorted(by_address, key=itemgetter("last"), reverse=True), key=lambda one: _ORDER[one["action"]])


def _without_late(failures: Failures, delivered_unix_s: float | None) -> Failures:
    """A delay is forgotten once the recipient has got a mail, or a failure has followed."""
    late = failures.get(Failure.DELAYED)
    if late is None:
        return failures
    others: Failures = {failure: tally for failure, tally in failures.items() if failure is not Failure.DELAYED}
    heard = [tally.last_unix_s for tally in others.values()]
    heard += [] if delivered_unix_s is None else [delivered_unix_s]
    is_over = any(at_unix_s >= late.last_unix_s for at_unix_s in heard)
    return others if is_over else failures


def _recipient(address: str, failures: Failures, delivered_unix_s: float | None) -> RecipientEntry:
    standing = {failure: tally for failure, tally in failures.items() if _stands(failure, tally, delivered_unix_s)}
    gravest = min(standing or failures, key=_GRAVITY.__getitem__)
    tally, latest = failures[gravest], failures[gravest].latest
    action, to_do = _advice(gravest, tally) if standing else (Action.NOTHING, WORKS_AGAIN)
    return {
        "address": address,
        "type": gravest.value,
        "reason": latest.reason.value,
        "why": _why(tally),
        "action": action.value,
        "to_do": to_do,
        "count": sum(tally.count for tally in failures.values()),
        "first": to_second(min(tally.first_unix_s for tally in failures.values())),
        "last": to_second(max(tally.last_unix_s for tally in failures.values())),
        "last_delivered": None if delivered_unix_s is None else to_second(delivered_unix_s),
        "works_again": not standing,
        "tried_until": _instant(latest.expires_unix_s),
        "status": latest.status,
        "diagnostic": latest.diagnostic,
        "subject": latest.subject,
        "message_id": latest.message_id,
        "tags": {name: list(values) for name, values in latest.tags},
        "failures": [_failure(one, failures[one]) for one in sorted(failures, key=_GRAVITY.__getitem__)],
    }


def _stands(failure: Failure, tally: Tally, delivered_unix_s: float | None) -> bool:
    """Whether no later delivery has overtaken it. A complaint is of mail that arrives, so that none ever does."""
    return failure is Failure.COMPLAINT or delivered_unix_s is None or delivered_unix_s <= tally.last_unix_s


def _why(tally: Tally) -> str:
    said = WORDINGS[tally.latest.reason].why
    return said if tally.latest.shared_by == 1 else f"{said} – {ONE_OF.format(tally.latest.shared_by)}"


def _advice(failure: Failure, tally: Tally) -> tuple[Action, str]:
    """What is for good, or has lasted, does not pass by waiting."""
    wording = WORDINGS[tally.latest.reason]
    has_lasted = tally.count >= PATIENCE and tally.last_unix_s - tally.first_unix_s >= PATIENCE_S
    if wording.action is Action.WAIT and (failure is Failure.HARD_BOUNCE or has_lasted):
        return Action.CALL, CALL_INSTEAD
    return wording.action, wording.to_do


def _failure(failure: Failure, tally: Tally) -> FailureEntry:
    return {
        "type": failure.value,
        "reason": tally.latest.reason.value,
        "count": tally.count,
        "first": to_second(tally.first_unix_s),
        "last": to_second(tally.last_unix_s),
    }


def _instant(unix_s: float) -> str | None:
    return to_second(unix_s) if isfinite(unix_s) else None
