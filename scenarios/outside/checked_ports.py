"""What a strategy from outside says to its ports, checked as it is said.

seslab's own are known to be right: their plans are not checked, and no inner loop of any world looks twice.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Self, TypeVar

from strategies.enqueue import BATCH
from strategies.ports import Item, Key, Mail, Mailer, Outbox, Ports, Queue, Received, Table
from strategies.resources import Plan, Pods

Made = TypeVar("Made")

WAIT_MOST_S = 20.0  # of a receive, as the next of the SQS API reference
VISIBILITY_MOST_S = 43_200.0

KEY_MOST, NUMBERS_MOST = 255, 64  # so that a whole item is below 1 KB, for which one unit of a write pays
NUMBER_LEAST, NUMBER_MOST = 1e-130, 9.99e125  # in size: DynamoDB's developer guide on data types


def checked(plan: Plan) -> Plan:
    """The plan, whose pods and functions get ports that raise ValueError where they are called wrongly."""
    functions = tuple(replace(one, handler=partial(_with_checks, one.handler)) for one in plan.functions)
    return replace(plan, pods=_pods(plan.pods), workers=tuple(map(_pods, plan.workers)), functions=functions)


def _pods(pods: Pods) -> Pods:
    return replace(pods, main=partial(_with_checks, pods.main))


def _with_checks(make: Callable[[Ports], Made], ports: Ports) -> Made:
    queues = {name: CheckedQueue(queue) for name, queue in ports.queues.items()}
    tables = {name: CheckedTable(table) for name, table in ports.tables.items()}
    mailer, outbox = _CheckedMailer(ports.mailer), _CheckedOutbox(ports.outbox)
    return make(replace(ports, mailer=mailer, outbox=outbox, queues=queues, tables=tables))


class _CheckedMailer:
    def __init__(self, mailer: Mailer) -> None:
        self._mailer = mailer

    def send(self, mail: Mail, to: range, /) -> Awaitable[None]:
        _refuse("send", mail, to)
        return self._mailer.send(mail, to)


class _CheckedOutbox:
    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    def __aiter__(self) -> Self:
        return self

    def __anext__(self) -> Awaitable[Mail]:
        return self._outbox.__anext__()

    def take(self, at_most: int, /) -> Awaitable[list[Mail]]:
        return self._outbox.take(at_most)

    def of_lane(self, lane: int, /) -> Outbox:
        _refuse_lane(lane)
        return _CheckedOutbox(self._outbox.of_lane(lane))

    def give_up(self, mail: Mail, to: range, /) -> None:
        _refuse("give_up", mail, to)
        self._outbox.give_up(mail, to)


class CheckedQueue:
    """Refuses what SQS refuses."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue

    def put(self, mails: Sequence[Mail], /) -> Awaitable[Sequence[Mail]]:
        _refuse_batch("put", mails, Mail)
        return self._queue.put(mails)

    def receive(self, at_most: int, wait_s: float, /) -> Awaitable[list[Received]]:
        if at_most not in range(1, BATCH + 1):
            raise ValueError(f"receive: {_cut(at_most)} messages; must be 1 to {BATCH}")
        _refuse_seconds("receive", wait_s, WAIT_MOST_S)
        return self._queue.receive(at_most, wait_s)

    def delete(self, messages: Sequence[Received], /) -> Awaitable[None]:
        _refuse_batch("delete", messages, Received)
        return self._queue.delete(messages)

    def hide(self, messages: Sequence[Received], timeout_s: float, /) -> Awaitable[None]:
        _refuse_batch("hide", messages, Received)
        _refuse_seconds("hide", timeout_s, VISIBILITY_MOST_S)
        return self._queue.hide(messages, timeout_s)


class CheckedTable:
    """Refuses what DynamoDB refuses, and what no single unit pays for."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, key: Key, /) -> Awaitable[Item]:
        _refuse_key("get", key)
        return self._table.get(key)

    def of(self, first: str, /) -> Awaitable[Sequence[Item]]:
        _refuse_key("of", first)
        return self._table.of(first)

    def put(
        self, key: Key, value: Sequence[float], if_version: int | None = None, until_s: float | None = None, /
    ) -> Awaitable[bool]:
        _refuse_key("put", key)
        _refuse_value(value)
        _refuse_version(if_version)
        return self._table.put(key, value, if_version, until_s)


def _refuse_key(what: str, key: Any) -> None:
    if isinstance(key, tuple) and len(key) == 2:
        for part in key:
            _refuse_key(what, part)
    elif not isinstance(key, str) or not 1 <= len(key.encode()) <= KEY_MOST:
        raise ValueError(f"{what}: key {_cut(key)}; must be a text of 1 to {KEY_MOST} bytes")


def _refuse_value(value: Any) -> None:
    if not isinstance(value, Sequence) or len(value) > NUMBERS_MOST or not all(map(_is_number, value)):
        raise ValueError(f"put: {_cut(value)}; must be a tuple of at most {NUMBERS_MOST} finite numbers")


def _refuse_version(version: Any) -> None:
    if version is not None and not (isinstance(version, int) and version >= 0):
        raise ValueError(f"put: version {_cut(version)}; must be that of an Item, or None")


def _is_number(one: Any) -> bool:
    return isinstance(one, int | float) and (one == 0 or NUMBER_LEAST <= abs(one) <= NUMBER_MOST)


def _refuse_batch(what: str, batch: Any, kind: type) -> None:
    """Raises ValueError for more than SQS takes at once, and for what it cannot know."""
    if not isinstance(batch, Sequence) or len(batch) > BATCH:
        raise ValueError(f"{what}: {_cut(batch)}; must be a list of at most {BATCH}")
    for one in batch:
        if not isinstance(one, kind):
            raise ValueError(f"{what}: {_cut(one)}; must be a {kind.__name__} of strategies.ports")


def _refuse_seconds(what: str, seconds: Any, most_s: float) -> None:
    if not isinstance(seconds, int | float) or not 0 <= seconds <= most_s:
        raise ValueError(f"{what}: {_cut(seconds)} s; must be 0 to {most_s:,g}")


def _refuse_lane(lane: Any) -> None:
    if not isinstance(lane, int) or lane < 0:
        raise ValueError(f"of_lane: {_cut(lane)}; must be the place of a lane, from 0")


def _refuse(what: str, mail: Any, to: Any) -> None:
    """Raises ValueError where `to` is no part of the mail."""
    if not isinstance(mail, Mail):
        raise ValueError(f"{what}: {_cut(mail)} is no mail; must be a Mail of strategies.ports")
    its = range(mail.first, mail.first + mail.recipients)
    if not isinstance(to, range) or to.step != 1 or not to or to.start not in its or to[-1] not in its:
        raise ValueError(
            f"{what}: {_cut(to)} are no recipients of mail {mail.number}; must be {its}, or a part with at least one"
        )


def _cut(value: object) -> str:
    return repr(value)[:60]
