"""Several ways of sending on one account: a contender's own plan, and those of workloads that go their own way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from strategies.ports import Ports
from strategies.resources import Plan, Pods, Way

Part = TypeVar("Part")


def mixed(own: Plan, ways: Sequence[Way]) -> Plan:
    """One plan of all their parts; those of a way bear its name in front of their own.

    Each way's own code keeps calling its parts as it has named them.
    """
    apart = tuple(way._replace(plan=_under(f"{way.strategy}-", way.plan)) for way in ways)
    plans = [way.plan for way in apart]
    return replace(
        own,
        queues=(*own.queues, *(queue for plan in plans for queue in plan.queues)),
        functions=(*own.functions, *(function for plan in plans for function in plan.functions)),
        mappings=(*own.mappings, *(mapping for plan in plans for mapping in plan.mappings)),
        tickers=(*own.tickers, *(ticker for plan in plans for ticker in plan.tickers)),
        workers=(*own.workers, *(workers for plan in plans for workers in plan.workers)),
        tables=(*own.tables, *(table for plan in plans for table in plan.tables)),
        ways=apart,
    )


def _under(prefix: str, plan: Plan) -> Plan:
    """The same plan with a prefix to all names."""
    return replace(
        plan,
        pods=_pods(prefix, plan.pods),
        workers=tuple(_pods(prefix, workers) for workers in plan.workers),
        queues=tuple(
            replace(queue, name=prefix + queue.name, dead_letters=queue.dead_letters and prefix + queue.dead_letters)
            for queue in plan.queues
        ),
        functions=tuple(
            replace(
                function,
                name=prefix + function.name,
                handler=partial(_as_named, prefix, function.handler),
                uses=_names(prefix, function.uses),
            )
            for function in plan.functions
        ),
        mappings=tuple(
            replace(mapping, queue=prefix + mapping.queue, function=prefix + mapping.function)
            for mapping in plan.mappings
        ),
        tickers=tuple(replace(ticker, function=prefix + ticker.function) for ticker in plan.tickers),
        tables=tuple(replace(table, name=prefix + table.name) for table in plan.tables),
    )


def _pods(prefix: str, pods: Pods) -> Pods:
    return replace(pods, main=partial(_as_named, prefix, pods.main), uses=_names(prefix, pods.uses))


def _names(prefix: str, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(prefix + name for name in names)


def _as_named(prefix: str, code: Callable[[Ports], Any], ports: Ports) -> Any:
    """Run a way's code with its parts under the names that it gave them."""

    def own(parts: Mapping[str, Part]) -> dict[str, Part]:
        return {name.removeprefix(prefix): part for name, part in parts.items()}

    return code(replace(ports, queues=own(ports.queues), functions=own(ports.functions), tables=own(ports.tables)))
