"""Whether the parts of a plan fit together: what names a part names one that is declared."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import fields
from itertools import chain
from typing import Any, get_args, get_type_hints

from scenarios.errors import BadInput
from strategies.resources import Function, Mapping, Plan, Pods, Queue, Table, Ticker

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,29}")  # so that a run's name fits before it in any service

PARTS = {
    "queues": Queue,
    "functions": Function,
    "mappings": Mapping,
    "tickers": Ticker,
    "workers": Pods,
    "tables": Table,
}
TICKERS = get_args(get_type_hints(Ticker)["kind"])


def refuse_incoherent(plan: object, settings: type, shown: str) -> None:
    """Raises BadInput with the first thing that does not fit; `settings` is the class that the plan's must be of."""
    if not isinstance(plan, Plan):
        raise BadInput(f"{shown}: plan returned {type(plan).__name__}; must be a Plan of strategies.resources")
    for fault in chain(_faults_of_settings(plan.settings, settings), _faults(plan)):
        raise BadInput(f"{shown}: plan: {fault}")


def _faults(plan: Plan) -> Iterator[str]:
    yield from _faults_of_kinds(plan)
    queues, functions = [one.name for one in plan.queues], [one.name for one in plan.functions]
    names = [*queues, *functions, *(one.name for one in plan.tables)]
    yield from _faults_of_names([*names, *_dead_letters(plan)])
    for user, uses in _uses(plan):
        yield from (f"{user} use {name!r}, {_known(names)}" for name in uses if name not in names)
    for queue in plan.queues:
        if queue.dead_letters is not None and queue.max_receive_count is None:
            yield f"queue {queue.name!r} has dead_letters = {queue.dead_letters!r}, but no max_receive_count"
    for mapping in plan.mappings:
        if mapping.queue not in queues:
            yield f"a mapping from {mapping.queue!r}, {_known(queues)}"
        if mapping.function not in functions:
            yield f"a mapping to {mapping.function!r}, {_known(functions)}"
    for ticker in plan.tickers:
        if ticker.function not in functions:
            yield f"a ticker of {ticker.function!r}, {_known(functions)}"
        if ticker.kind not in TICKERS:
            yield f"a ticker of kind {ticker.kind!r}: must be one of {', '.join(TICKERS)}"
    yield from _faults_of_pods("pods", plan.pods)
    for workers in plan.workers:
        yield from _faults_of_pods("workers", workers)


def _faults_of_kinds(plan: Plan) -> Iterator[str]:
    if not isinstance(plan.pods, Pods):
        yield f"pods = {_cut(plan.pods)}: must be Pods of strategies.resources"
    for name, kind in PARTS.items():
        parts = getattr(plan, name)
        if not isinstance(parts, tuple | list) or not all(isinstance(part, kind) for part in parts):
            yield f"{name} = {_cut(parts)}: must be a tuple, each of it a {kind.__name__} of strategies.resources"


def _faults_of_names(names: list[str]) -> Iterator[str]:
    yield from (f"{name!r} is no name for a part: letters, digits and dashes, at most 30" for name in _unfit(names))
    yield from (f"two parts are called {name!r}" for name in names if names.count(name) > 1)


def _dead_letters(plan: Plan) -> set[str]:
    """What dead-letter queues are called, each once."""
    return {name for queue in plan.queues if (name := queue.dead_letter_queue) is not None}


def _uses(plan: Plan) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Who may use what."""
    yield "pods", plan.pods.uses
    yield from (("workers", workers.uses) for workers in plan.workers)
    yield from ((f"function {one.name!r}", one.uses) for one in plan.functions)


def _faults_of_pods(what: str, pods: Pods) -> Iterator[str]:
    if pods.replicas < 1 or pods.connections < 1:
        yield f"{what} must have at least one replica and one connection"
    if pods.weights and (
        len(pods.weights) != pods.replicas or not all(0 < weight < math.inf for weight in pods.weights)
    ):
        yield f"{what} have the weights {pods.weights}: must be one number greater than 0 for each of {pods.replicas}"


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


def _cut(value: object) -> str:
    return repr(value)[:60]
