"""Whether the parts of a plan fit together: what names a part names one that is declared."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from scenarios.errors import BadInput
from strategies.resources import Plan

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,29}")  # so that a run's name fits before it in any service


def refuse_incoherent(plan: object, shown: str) -> None:
    """Raises BadInput with the first thing that does not fit."""
    if not isinstance(plan, Plan):
        raise BadInput(f"{shown}: plan returned {type(plan).__name__}; must be a Plan of strategies.resources")
    for fault in _faults(plan):
        raise BadInput(f"{shown}: plan: {fault}")


def _faults(plan: Plan) -> Iterator[str]:
    queues, functions = [one.name for one in plan.queues], [one.name for one in plan.functions]
    names = [*queues, *functions]
    yield from (f"{name!r} is no name for a part: letters, digits and dashes, at most 30" for name in _unfit(names))
    yield from (f"two parts are called {name!r}" for name in names if names.count(name) > 1)
    for user, uses in (("pods", plan.pods.uses), *((f"function {one.name!r}", one.uses) for one in plan.functions)):
        yield from (f"{user} use {name!r}, {_known(names)}" for name in uses if name not in names)
    for mapping in plan.mappings:
        if mapping.queue not in queues:
            yield f"a mapping from {mapping.queue!r}, {_known(queues)}"
        if mapping.function not in functions:
            yield f"a mapping to {mapping.function!r}, {_known(functions)}"
    for ticker in plan.tickers:
        if ticker.function not in functions:
            yield f"a ticker of {ticker.function!r}, {_known(functions)}"
    if plan.pods.replicas < 1 or plan.pods.connections < 1:
        yield "pods must have at least one replica and one connection"


def _unfit(names: Iterable[str]) -> list[str]:
    return [name for name in names if _NAME.fullmatch(name) is None]


def _known(names: list[str]) -> str:
    return f"which the plan does not declare; it has {', '.join(names)}" if names else "but the plan declares none"
