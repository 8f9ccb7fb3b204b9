"""What a tracker on real services has kept: its table, and what its dead letters tell."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from loadtests.ports.tables import item_of
from scenarios.tracking.heard import heard
from scenarios.tracking.request import Kept, Key
from strategies.tracking.states import Event, Status
from strategies.tracking.tracker import KEYS, status_of


def kept_in(dynamodb: Any, table: str, zero_unix_s: int) -> dict[Key, Kept]:
    """Every item, its instants in the scenario's seconds."""
    pages = dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    return {_key(item): _kept(item, zero_unix_s) for page in pages for item in page["Items"]}


def _key(item: Any) -> Key:
    recipient, message = (item[name]["S"] for name in KEYS)
    return recipient, message


def _kept(item: Any, zero_unix_s: int) -> Kept:
    found = item_of(item)
    status = status_of(found)
    assert status is not None  # a scan finds nothing but what was put
    return Kept(Status(status.state, _second(status.at_s, zero_unix_s)), found.value[2] - zero_unix_s)


def told_in(bodies: Iterable[str], zero_unix_s: int) -> list[Event]:
    """What messages tell, on the scenario's clock."""
    events = (event for body in bodies for event in heard(body))
    return [event._replace(at_s=_second(event.at_s, zero_unix_s)) for event in events]


def _second(unix_s: float, zero_unix_s: int) -> float:
    """To the millisecond, as SES tells it."""
    return round(unix_s - zero_unix_s, 3)
