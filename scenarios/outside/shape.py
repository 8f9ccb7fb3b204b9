"""What a module must have to be a strategy."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from types import ModuleType, NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from scenarios.errors import BadInput
from strategies.presentation.look import COLOR, HATCH, LINES, MARKER, Look
from strategies.settings import SCALES

_PLAIN = (int, float, bool, str, NoneType)
_BOUNDS = {"gt", "ge", "lt", "le"}


def refuse_malformed(module: ModuleType, shown: str) -> None:
    """Raises BadInput with the first thing that is missing or wrong."""
    for fault in _faults(module):
        raise BadInput(f"{shown}: {fault}")


def _faults(module: ModuleType) -> Iterator[str]:
    if not (module.__doc__ or "").strip():
        yield "has no docstring: its first line says in seslab strategies what the strategy does"
    yield from _faults_of_settings(getattr(module, "Settings", None))
    if not callable(getattr(module, "plan", None)):
        yield "has no plan: write def plan(settings: Settings, account: Account) -> Plan"
    for name, needs in (("plan", 2), ("mechanism", 2), ("after_refusal", 1)):
        if (function := getattr(module, name, None)) is not None and not _takes(function, needs):
            yield f"{name} must be a function of {needs} argument{'s' * (needs > 1)}"
    look = getattr(module, "LOOK", None)
    if look is not None and not _is_look(look):
        yield 'LOOK must be a Look("#RRGGBB", marker, line style, hatch), as matplotlib knows them'


def _is_look(look: Any) -> bool:
    if not isinstance(look, Look):
        return False
    parts: list[tuple[str, Any]] = [(COLOR, look.color), (MARKER, look.marker), (HATCH, look.hatch)]
    is_known = all(isinstance(part, str) and re.fullmatch(pattern, part) for pattern, part in parts)
    return is_known and (look.linestyle in LINES or _is_dashed(look.linestyle))


def _is_dashed(line: Any) -> bool:
    """An offset and the lengths of dashes and gaps."""
    match line:
        case (int() | float(), (*lengths,)):
            return bool(lengths) and all(isinstance(one, int | float) and one > 0 for one in lengths)
    return False


def _takes(function: Any, arguments: int) -> bool:
    try:
        inspect.signature(function).bind(*range(arguments))
    except (TypeError, ValueError):
        return False
    return not inspect.iscoroutinefunction(function)


def _faults_of_settings(settings: Any) -> Iterator[str]:
    if not (isinstance(settings, type) and is_dataclass(settings)):
        yield "has no Settings: write @dataclass(frozen=True, slots=True) class Settings"
        return
    if not settings.__dataclass_params__.frozen:  # type: ignore[attr-defined] # a dataclass has it
        yield "Settings must be frozen: write @dataclass(frozen=True, slots=True)"
    try:
        hints = get_type_hints(settings)
    except Exception as error:
        yield f"Settings: {type(error).__name__}: {error}"
        return
    for field in fields(settings):
        yield from _faults_of_field(field, hints[field.name])


def _faults_of_field(field: Field[Any], hint: Any) -> Iterator[str]:
    if "help" not in field.metadata or field.default is MISSING:
        yield f'Settings.{field.name} must be made by setting(DEFAULT, "what it is"), of strategies.settings'
    elif not _is_plain(hint):
        yield f"Settings.{field.name}: must be an int, float, bool, str or Literal, a tuple of those, or None beside it"
    elif (scales := field.metadata["scales"]) not in (None, *SCALES):
        yield f"Settings.{field.name}: scales = {scales!r}: must be one of {', '.join(SCALES)}"
    elif scales and not set(get_args(hint) or (hint,)) <= {int, float, NoneType}:
        yield f"Settings.{field.name}: what scales must be an int or a float, or None beside it"
    elif not _are_bounds(field.metadata["bounds"]):
        yield f"Settings.{field.name}: bounds must be numbers called {', '.join(sorted(_BOUNDS))}"


def _are_bounds(bounds: dict[str, Any]) -> bool:
    return bounds.keys() <= _BOUNDS and all(isinstance(bound, int | float) for bound in bounds.values())


def _is_plain(hint: Any) -> bool:
    """Whether TOML has such a value."""
    if get_origin(hint) is Literal:
        return all(isinstance(word, _PLAIN) for word in get_args(hint))
    if get_origin(hint) in (UnionType, Union, tuple):
        return all(arm is Ellipsis or _is_plain(arm) for arm in get_args(hint))
    return hint in _PLAIN
