"""The suppression document, made of what was found, is planned or was done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import get_args

from reports.documents.suppression import SCHEMA, Action, Outcome, SuppressedAddress, SuppressionDocument

CHANGED: dict[Action, Outcome] = {"add": "added", "remove": "removed"}
"""What a change that is done is called."""
OUTCOMES: dict[str, Outcome] = {one: one for one in get_args(Outcome)}


def document(
    action: Action,
    at: str,
    account: str | None,
    addresses: Sequence[SuppressedAddress],
    *,
    dry_run: bool = False,
    record: str | None = None,
    requests: int = 0,
) -> SuppressionDocument:
    return {
        "schema": SCHEMA,
        "action": action,
        "at": at,
        "account": account,
        "dry_run": dry_run,
        "record": record,
        "requests": requests,
        "addresses": [*addresses],
    }


def listed(address: str, reason: str, since: datetime) -> SuppressedAddress:
    return {"address": address, "reason": reason, "since": f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"}


def word(action: Action, came_to: str) -> Outcome:
    """What came of an address, by what its record says."""
    return CHANGED[action] if came_to == "done" else OUTCOMES[came_to]


def planned(address: str, reason: str | None) -> SuppressedAddress:
    return {"address": address, "reason": reason, "since": None, "outcome": "planned"}


def changed(address: str, reason: str | None, outcome: Outcome, said: str) -> SuppressedAddress:
    one: SuppressedAddress = {"address": address, "reason": reason, "since": None, "outcome": outcome}
    return {**one, "said": said} if said else one
