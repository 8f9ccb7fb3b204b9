"""A topic, a queue, a function and a table that keep the status of each mail's way to each recipient."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from math import ceil
from typing import NamedTuple

from strategies.ports import Item, Ports
from strategies.raised import Raised
from strategies.resources import EVENTS, Account, Function, Handler, Mapping, Plan, Pods, Queue, Table, Topic
from strategies.tracking.states import Event, State, Status, canonical, joined, needs_banner

TOPIC, QUEUE, TRACKER, STATUSES, READER = "told", "events", "tracker", "statuses", "banner"
KEYS = ("recipient", "message")  # in this order one query finds all of a recipient's mails
LEAST_TIMEOUT_S, TIMEOUT_S_PER_MESSAGE = 5.0, 0.01
AT_ONCE = 10  # messages that are seen to at one time: botocore's pool has as many connections


@dataclass(frozen=True, slots=True)
class Settings:
    """Those of the scenario's table [tracker], which has their bounds and defaults."""

    batch_size: int
    window_s: float
    concurrency: int
    memory_mb: int
    visibility_timeout_s: float
    max_receives: int
    ttl_s: float


class Told(NamedTuple):
    """A message of the queue: one record of SES, which may be about several recipients."""

    message_id: str
    events: Sequence[Event]


def timeout_s(batch_size: int) -> float:
    """The function has so long for a batch, in full seconds, as Lambda takes them."""
    return max(LEAST_TIMEOUT_S, float(ceil(batch_size * TIMEOUT_S_PER_MESSAGE)))


def plan(settings: Settings, account: Account) -> Plan:
    """The tracker's parts, and a reader; what sends the mail is none of them."""
    track, read = (partial(make, ttl_s=settings.ttl_s) for make in (_tracker, _reader))
    return Plan(
        settings,
        Pods(_nothing, replicas=0),
        topics=(Topic(TOPIC, QUEUE, EVENTS),),
        queues=(Queue(QUEUE, settings.visibility_timeout_s, settings.max_receives),),
        functions=(
            Function(
                TRACKER, track, timeout_s(settings.batch_size), (STATUSES,), memory_mb=settings.memory_mb, sends=False
            ),
            Function(READER, read, LEAST_TIMEOUT_S, reads=(STATUSES,), sends=False, has_url=True),
        ),
        mappings=(Mapping(QUEUE, TRACKER, settings.batch_size, settings.window_s, settings.concurrency),),
        tables=(Table(STATUSES, KEYS, expires=True),),
        strategy=__name__,
    )


async def _nothing(ports: Ports) -> None:
    """Main of no pod."""


def _tracker(ports: Ports, ttl_s: float) -> Handler:
    async def handle(batch: Sequence[Told]) -> dict[str, Raised]:
        """Keep what a batch tells; the ids of the messages that must come back, and why."""
        failed: dict[str, Raised] = {}
        to_do = iter(batch)
        async with ports.group() as group:
            for _ in range(min(AT_ONCE, len(batch))):
                group.spawn(_keep_each(ports, to_do, ttl_s, failed))
        return failed

    return handle


async def _keep_each(ports: Ports, to_do: Iterator[Told], ttl_s: float, failed: dict[str, Raised]) -> None:
    """One message after the other, of those that several tasks share."""
    for told in to_do:
        try:
            for event in told.events:
                await _keep(ports, event, ttl_s)
        except Exception as error:  # such as a key that is too long: the batch's other messages are kept all the same
            failed[told.message_id] = Raised.of(error)


async def _keep(ports: Ports, event: Event, ttl_s: float) -> None:
    """Raise the status if the event does; another writer of the same item makes it look again.

    What has outlived the TTL is dropped: the item that it is late for may be gone already.
    """
    table, key = ports.tables[STATUSES], (canonical(event.recipient), event.message_id)
    is_kept = ports.clock.now() - event.at_s > ttl_s
    while not is_kept:
        item = await table.get(key)
        known = status_of(item)
        best = joined(known, event)
        value = (best.state, best.at_s, ports.clock.now())
        is_kept = best == known or await table.put(key, value, item.version, best.at_s + ttl_s)


def _reader(ports: Ports, ttl_s: float) -> Handler:
    async def handle(address: str) -> bool:
        """Whether the owner of an address needs the banner."""
        items = await ports.tables[STATUSES].of(canonical(address))
        return needs_banner(filter(None, map(status_of, items)), ports.clock.now(), ttl_s)

    return handle


def status_of(item: Item) -> Status | None:
    """What an item of the table says; None for one that was never put there."""
    if not item.version:
        return None
    state, at_s, _ = item.value
    return Status(State(int(state)), at_s)
