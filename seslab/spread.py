"""Options that belong together: declared once as a frozen dataclass, spelt out by Typer, handed over as one object."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import is_dataclass
from functools import wraps
from typing import Any

Body = Callable[..., int | None]
"""What a command does; returns its exit code, None for 0."""


def spread(body: Body) -> Body:
    """The body, with each field of a dataclass among its parameters as an option of its own."""
    declared = inspect.signature(body, eval_str=True).parameters
    groups: dict[str, Any] = {name: one.annotation for name, one in declared.items() if is_dataclass(one.annotation)}

    @wraps(body)
    def asked(**given: Any) -> int | None:
        for name, group in groups.items():
            given[name] = group(**{field: given.pop(field) for field in _fields(group)})
        return body(**given)

    parameters = list(_spread(declared, groups))
    asked.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    asked.__annotations__ = {one.name: one.annotation for one in parameters}
    return asked


def _spread(declared: Mapping[str, inspect.Parameter], groups: Mapping[str, Any]) -> Iterator[inspect.Parameter]:
    for name, parameter in declared.items():
        if name in groups:
            yield from (field.replace(kind=parameter.kind) for field in _fields(groups[name]).values())
        else:
            yield parameter


def _fields(group: Any) -> Mapping[str, inspect.Parameter]:
    return inspect.signature(group, eval_str=True).parameters
