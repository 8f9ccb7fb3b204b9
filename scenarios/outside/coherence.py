"""Whether the parts of a plan fit together: what names a part names one that is declared."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import Any

from scenarios.errors import BadInput
from strategies.resources import Plan, Pods

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,29}")  # so that a run's name fits before it in any service


def refuse_incoherent(plan: object, settings: type, shown: str) -> None:
    """Raises BadInput with the first thing that does not fit; `settings` is the class that the plan's must be of."""
    if not isinstance(plan, Plan):
        raise BadInput(f"{shown}: plan returned {type(plan).__name__}; must be a Plan of strategies.resources")
    for fault in (*_faults_of_settings(plan.settings, settings), *_faults(plan)):
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
    yield from _faults_of_pods(plan.pods)


def _faults_of_pods(pods: Pods) -> Iterator[str]:
    if pods.replicas < 1 or pods.connections < 1:
        yield "pods must have at least one replica and one connection"
    if pods.weights and (
        len(pods.weights) != pods.replicas or not all(0 < weight < math.inf for weight in pods.weights)
    ):
        yield f"pods have the weights {pods.weights}: must be one number greater than 0 for each of {pods.replicas}"


def _faults_of_settings(settings: Any, expected: type) -> Iterator[str]:
    """What a document and another process could not have."""
    if type(settings) is not expected:
        yield f"its settings are {type(settings).__name__}; must be the Settings that it was given, or replaced ones"
        return
    for name in (field.name for field in fields(expected)):
        value = getattr(settings, name)
        if not all(_is_plain(one) for one in (value if isinstance(value, tuple | list) else (value,))):
            yield f"settings.{name} = {value!r}: must be a number, a text, a truth value or None, or a tuple of those"


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, str | int) or (isinstance(value, float) and math.isfinite(value))


def _unfit(names: Iterable[str]) -> list[str]:
    return [name for name in names if _NAME.fullmatch(name) is None]


def _known(names: list[str]) -> str:
    return f"which the plan does not declare; it has {', '.join(names)}" if names else "but the plan declares none"
