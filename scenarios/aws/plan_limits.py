"""What AWS would refuse of a plan: SQS's, Lambda's and event source mappings' quota pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from scenarios.errors import BadInput
from strategies.resources import LEAST_MEMORY_MB, MOST_MEMORY_MB, Function, Mapping, Plan, Queue


class Limit(NamedTuple):
    """A declared value and the bounds that AWS sets."""

    part: str
    key: str
    value: float
    least: float
    most: float

    @property
    def is_kept(self) -> bool:
        """What is no time is a whole number."""
        return self.least <= self.value <= self.most and (self.key.endswith("_s") or self.value == int(self.value))


def refuse_beyond(plan: Plan, where: str = "") -> None:
    """Raises BadInput: one line with the part, the key, its value and what would be right."""
    for limit in _limits(plan):
        if not limit.is_kept:
            allowed = f"AWS allows {limit.least:g} to {limit.most:g}"
            raise BadInput(f"{where}{limit.part}: {limit.key} = {limit.value:g}: {allowed}; change the settings")


def _limits(plan: Plan) -> Iterator[Limit]:
    for queue in plan.queues:
        yield from _of_queue(queue)
    for function in plan.functions:
        yield from _of_function(function)
    for mapping in plan.mappings:
        yield from _of_mapping(mapping, plan)


def _of_queue(queue: Queue) -> Iterator[Limit]:
    part = f"queue {queue.name}"
    yield Limit(part, "visibility_timeout_s", queue.visibility_timeout_s, 0, 43_200)
    yield Limit(part, "retention_s", queue.retention_s, 60, 14 * 86_400)
    if queue.max_receive_count is not None:
        yield Limit(part, "max_receive_count", queue.max_receive_count, 1, 1000)


def _of_function(function: Function) -> Iterator[Limit]:
    part = f"function {function.name}"
    yield Limit(part, "timeout_s", function.timeout_s, 0, 900)
    yield Limit(part, "memory_mb", function.memory_mb, LEAST_MEMORY_MB, MOST_MEMORY_MB)
    if function.reserved_concurrency is not None:
        yield Limit(part, "reserved_concurrency", function.reserved_concurrency, 1, 1000)


def _of_mapping(mapping: Mapping, plan: Plan) -> Iterator[Limit]:
    part = f"mapping {mapping.queue} to {mapping.function}"
    yield Limit(part, "batch_size", mapping.batch_size, 1, 10_000)
    yield Limit(part, "window_s", mapping.window_s, 1 if mapping.batch_size > 10 else 0, 300)
    if mapping.maximum_concurrency is not None:
        yield Limit(part, "maximum_concurrency", mapping.maximum_concurrency, 2, 1000)
    queue = next(queue for queue in plan.queues if queue.name == mapping.queue)
    function = next(function for function in plan.functions if function.name == mapping.function)
    yield Limit(part, "the queue's visibility_timeout_s", queue.visibility_timeout_s, function.timeout_s, 43_200)
