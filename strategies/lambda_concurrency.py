"""One mail an invocation, padded to a second, as many at once as the limit: a concurrency used as a rate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from strategies.consuming.batch import send_each
from strategies.enqueue import enqueue
from strategies.ports import Ports, Received
from strategies.presentation.clauses import never_fits, without_lanes
from strategies.presentation.look import Look
from strategies.presentation.seen import Seen
from strategies.presentation.words import count, counted
from strategies.resources import MEMORY_MB, Account, Function, Handler, Mapping, Plan, Pods, Queue
from strategies.settings import memory, setting

LOOK = Look("#0072B2", "^", (0, (3, 1, 1, 1, 1, 1)), "\\\\\\")
QUEUE = "mails"
FUNCTION = "sender"
TIMEOUT_S = 5.0  # of the function, beyond its padding
VISIBILITY_S = 30.0


@dataclass(frozen=True, slots=True)
class Settings:
    concurrency: int | None = setting(None, "invocations at once; default R, at least 2", scales="rate", ge=2, le=1000)
    pad_s: float = setting(1.0, "an invocation lasts at least this long from the handler's start", ge=0, le=890)
    limit_by: Literal["maximum", "reserved"] = setting(
        "maximum", "what holds the concurrency: the mapping (maximum) or the function (reserved)"
    )
    max_receive_count: int = setting(5, "receives after which a mail is dead-lettered", ge=1, le=1000)
    memory_mb: int = memory(MEMORY_MB, "of the function")


def plan(settings: Settings, account: Account) -> Plan:
    """A queue whose mapping, or whose function, runs one padded second per mail at most R times at once."""
    concurrency = settings.concurrency or min(1000, max(2, int(account.max_send_rate_per_s)))
    timeout_s = settings.pad_s + TIMEOUT_S
    by_mapping = settings.limit_by == "maximum"
    handler, reserved = partial(_handler, pad_s=settings.pad_s), None if by_mapping else concurrency
    sender = Function(FUNCTION, handler, timeout_s, memory_mb=settings.memory_mb, reserved_concurrency=reserved)
    return Plan(
        replace(settings, concurrency=concurrency),
        Pods(partial(enqueue, queue=QUEUE), uses=(QUEUE,)),
        queues=(Queue(QUEUE, max(VISIBILITY_S, timeout_s), settings.max_receive_count),),
        functions=(sender,),
        mappings=(Mapping(QUEUE, FUNCTION, 1, maximum_concurrency=concurrency if by_mapping else None),),
    )


def _handler(ports: Ports, pad_s: float) -> Handler:
    async def handle(batch: list[Received]) -> list[str]:
        until_s = ports.clock.now() + pad_s
        failed = await send_each(ports, batch)
        await ports.clock.sleep(max(0.0, until_s - ports.clock.now()))
        return failed

    return handle


def mechanism(settings: Settings, seen: Seen) -> Iterator[str]:
    """How it came to its figures."""
    slots, pad_s, largest = settings.concurrency or 0, settings.pad_s, seen.largest_mail
    ramp = "the event source mapping ramps up" if settings.limit_by == "maximum" else "the function is held"
    size = f" of up to {count(largest)} recipients" if largest > 1 else ""
    pace = _pace(slots / pad_s, seen) if pad_s else ""
    yield f"{ramp} to {counted(slots, 'invocation')} at once, one mail{size} and at least {pad_s:g} s each{pace}"
    yield never_fits(seen)
    yield without_lanes(seen)


def after_refusal(settings: Settings) -> str:
    """What becomes of a refused mail."""
    return "back in the queue for the visibility timeout"


def _pace(mails_per_s: float, seen: Seen) -> str:
    """A concurrency limits mails; what SES limits is recipients."""
    limit, largest = f"against a limit of {seen.rate_per_s:g}/s", seen.largest_mail
    if largest <= 1:
        return f": at most {mails_per_s:g}/s {limit}"
    return f": up to {mails_per_s:g} × {count(largest)} = {count(mails_per_s * largest)} recipients/s {limit}"
