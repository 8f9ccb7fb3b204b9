"""One mail an invocation, padded to a second, as many at once as the limit: a concurrency used as a rate."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from strategies.batch import send_each
from strategies.enqueue import enqueue
from strategies.ports import Ports, Received
from strategies.resources import Account, Function, Handler, Mapping, Plan, Pods, Queue
from strategies.settings import setting

QUEUE = "mails"
FUNCTION = "sender"
TIMEOUT_S = 5.0  # of the function, beyond its padding
VISIBILITY_S = 30.0


@dataclass(frozen=True, slots=True)
class Settings:
    concurrency: int | None = setting(None, "invocations at once; default R, at least 2", ge=2, le=1000)
    pad_s: float = setting(1.0, "an invocation lasts at least this long from the handler's start", ge=0, le=890)
    limit_by: Literal["maximum", "reserved"] = setting(
        "maximum", "what holds the concurrency: the mapping (maximum) or the function (reserved)"
    )
    max_receive_count: int = setting(5, "receives after which a mail is dead-lettered", ge=1, le=1000)


def plan(settings: Settings, account: Account) -> Plan:
    """A queue whose mapping, or whose function, runs one padded second per mail at most R times at once."""
    concurrency = settings.concurrency or min(1000, max(2, int(account.max_send_rate_per_s)))
    timeout_s = settings.pad_s + TIMEOUT_S
    by_mapping = settings.limit_by == "maximum"
    sender = partial(_handler, pad_s=settings.pad_s)
    return Plan(
        replace(settings, concurrency=concurrency),
        Pods(partial(enqueue, queue=QUEUE), uses=(QUEUE,)),
        queues=(Queue(QUEUE, max(VISIBILITY_S, timeout_s), settings.max_receive_count),),
        functions=(Function(FUNCTION, sender, timeout_s, reserved_concurrency=None if by_mapping else concurrency),),
        mappings=(Mapping(QUEUE, FUNCTION, 1, maximum_concurrency=concurrency if by_mapping else None),),
    )


def _handler(ports: Ports, pad_s: float) -> Handler:
    async def handle(batch: list[Received]) -> list[str]:
        until_s = ports.clock.now() + pad_s
        failed = await send_each(ports, batch)
        await ports.clock.sleep(max(0.0, until_s - ports.clock.now()))
        return failed

    return handle
