"""What AWS would refuse of a plan, said before anything is made."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from loadtests.deploy.stack.names import LONGEST, stack_of
from loadtests.record.run_name import new_run
from scenarios.errors import BadInput
from strategies.resources import Function, Mapping, Plan, Queue


class Limit(NamedTuple):
    """A declared value and the bounds that AWS sets; `inf` where it sets none."""

    part: str
    key: str
    value: float
    least: float
    most: float


def check(plan: Plan) -> None:
    """Raises BadInput: one line with the part, the key, its value and what would be right."""
    for kind, name in _names(plan):
        _check_name(kind, name)
    for part, key, value, least, most in _limits(plan):
        if not least <= value <= most:
            raise BadInput(f"{part}: {key} = {value:g}: AWS allows {least:g} to {most:g}; change the settings")


def _names(plan: Plan) -> Iterator[tuple[str, str]]:
    yield from (("queue", queue.name) for queue in plan.queues)
    yield from (("function", function.name) for function in plan.functions)


def _check_name(kind: str, name: str) -> None:
    most = LONGEST - len(stack_of(new_run())) - len("-dead") - 1
    if not re.fullmatch(rf"[A-Za-z][A-Za-z0-9_-]{{0,{most - 1}}}", name):
        raise BadInput(f"{kind} {name!r}: must be a letter, then letters, digits, - or _, at most {most} in all")


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
    yield Limit(part, "memory_mb", function.memory_mb, 128, 10_240)
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
