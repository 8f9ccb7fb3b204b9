"""The application enqueues; Lambda drains the queue in batches; what keeps failing goes to a dead-letter queue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import ceil
from typing import Literal

from strategies.consuming.batch import send_each
from strategies.enqueue import enqueue_by_lane, queue_names
from strategies.policies.lanes import LANE_SHARES_HELP, refuse_unused_shares, shares_of
from strategies.ports import Ports, Received
from strategies.presentation.clauses import never_fits, without_lanes
from strategies.presentation.look import Look
from strategies.presentation.seen import Seen
from strategies.presentation.words import count, counted
from strategies.resources import MEMORY_MB, Account, Function, Handler, Mapping, Plan, Pods, Queue
from strategies.settings import memory, setting

LOOK = Look("#CC79A7", "s", (0, (6, 2, 1, 2)), "|||")
QUEUE = "mails"
FUNCTION = "sender"
LEAST_CONCURRENCY = 2  # of a mapping: Lambda developer guide, scaling behaviour for SQS event source mappings
LAMBDA_MOST_S = 900.0  # longest timeout of a function: Lambda's quota page


class BatchFailed(Exception):
    """A mail of the batch was refused, and the mapping is not told which."""


@dataclass(frozen=True, slots=True)
class Settings:
    batch_size: int = setting(10, "messages an invocation gets at most", ge=1, le=10_000)
    maximum_concurrency: int | None = setting(
        None,
        "the mapping's MaximumConcurrency; default R x median send latency rounded up, at least 2",
        scales="rate",
        ge=LEAST_CONCURRENCY,
        le=1000,
    )
    visibility_timeout_s: float = setting(30.0, "a refused mail reappears after this", gt=0, le=43_200)
    max_receive_count: int = setting(5, "receives after which a mail is dead-lettered", ge=1, le=1000)
    report_batch_item_failures: bool = setting(True, "return only the refused mails of a batch to the queue")
    memory_mb: int = memory(MEMORY_MB, "of the function")
    lanes: Literal["ignore", "share"] = setting(
        "ignore", "of several lanes: ignore them, or a queue and a mapping each, which share the concurrency out"
    )
    lane_shares: tuple[float, ...] = setting((), LANE_SHARES_HELP, gt=0, le=1)

    def __post_init__(self) -> None:
        refuse_unused_shares(self.lanes, self.lane_shares)


def plan(settings: Settings, account: Account) -> Plan:
    """A queue with a dead-letter queue, drained by as many sequential senders as the rate would need at no overhead."""
    wanted = ceil(round(account.max_send_rate_per_s * account.send_median_s, 9))
    concurrency = settings.maximum_concurrency or min(1000, max(LEAST_CONCURRENCY, wanted))
    shares = shares_of(settings.lanes, settings.lane_shares, account)
    queues = queue_names(QUEUE, account.lanes) if shares else (QUEUE,)
    visibility_s, reports = settings.visibility_timeout_s, settings.report_batch_item_failures
    handler = partial(_handler, reports=reports)
    sender = Function(FUNCTION, handler, _timeout_s(settings), memory_mb=settings.memory_mb)
    return Plan(
        replace(settings, maximum_concurrency=concurrency, lane_shares=shares),
        Pods(partial(enqueue_by_lane, queues=queues), uses=queues),
        queues=tuple(Queue(queue, visibility_s, settings.max_receive_count) for queue in queues),
        functions=(sender,),
        mappings=tuple(
            Mapping(queue, FUNCTION, settings.batch_size, _window_s(settings), most, reports)
            for queue, most in zip(queues, _concurrencies(concurrency, shares), strict=True)
        ),
    )


def _concurrencies(whole: int, shares: Sequence[float]) -> list[int]:
    """Of each mapping: its share of the whole, of which a fraction is no sender, but no less than AWS allows."""
    return [max(LEAST_CONCURRENCY, int(round(whole * each, 9))) for each in shares or (1.0,)]


def _window_s(settings: Settings) -> float:
    """Lambda demands a batching window of a second for batches of more than ten."""
    return 1.0 if settings.batch_size > 10 else 0.0


def _timeout_s(settings: Settings) -> float:
    """A sixth of the visibility timeout, as AWS advises, unless the batch needs longer; never more than all of it."""
    wanted_s = max(settings.visibility_timeout_s / 6, 0.5 * settings.batch_size)
    return min(settings.visibility_timeout_s, wanted_s, LAMBDA_MOST_S)


def _handler(ports: Ports, reports: bool) -> Handler:
    async def handle(batch: list[Received]) -> list[str]:
        failed = await send_each(ports, batch)
        if failed and not reports:
            raise BatchFailed(f"{len(failed)} of {len(batch)} mails refused")
        return failed

    return handle


def mechanism(settings: Settings, seen: Seen) -> Iterator[str]:
    """How it came to its figures."""
    most = settings.maximum_concurrency or 0
    batch = f"each sending a batch of up to {count(settings.batch_size)} without pacing"
    each = _concurrencies(most, settings.lane_shares)
    if len(each) > 1:
        yield f"{_mappings(most, each)}, {batch}"
    else:
        ramp = f"the event source mapping ramps up to {counted(each[0], 'invocation')} at once"
        yield f"{ramp}{_default_concurrency(each[0], seen)}, {batch}"
    yield never_fits(seen)
    yield without_lanes(seen) if settings.lanes == "ignore" else ""


def after_refusal(settings: Settings) -> str:
    """What becomes of a refused mail."""
    return "back in the queue for the visibility timeout"


def _mappings(most: int, each: Sequence[int]) -> str:
    """With which concurrency each lane is drained, and what the least that AWS allows makes of it."""
    together = f"{' + '.join(str(one) for one in each)} invocations at once"
    least = f", more than the {most} of the whole, because the least of each is {LEAST_CONCURRENCY}"
    return f"an event source mapping a lane ramps up to its share, {together}{least if sum(each) > most else ''}"


def _default_concurrency(most: int, seen: Seen) -> str:
    """Where the number comes from, if it is the one that the rate would need."""
    needed = round(seen.rate_per_s * seen.send_median_s, 9)
    if most != max(LEAST_CONCURRENCY, ceil(needed)):
        return ""
    rounded = "" if needed == most else ", rounded up" if needed > 1 else ", but the least is 2"
    return f" ({seen.rate_per_s:g}/s × {seen.send_median_s:g} s = {needed:g}{rounded})"
