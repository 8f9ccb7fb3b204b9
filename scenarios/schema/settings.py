"""The strategies' own settings, validated: a strategy declares them as plain data and may import no validator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from functools import reduce
from operator import or_
from types import UnionType
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from pydantic import AfterValidator, Field, GetPydanticSchema, PlainSerializer, create_model

from scenarios.schema.tables import Positive, Table
from strategies.registry import STRATEGIES


def _bounded(hint: Any, bounds: Any) -> Any:
    """The annotation with its bounds on the numbers inside: of an optional value, or of a tuple's items."""
    arms = tuple(_bounded(arm, bounds) for arm in get_args(hint))
    if get_origin(hint) is tuple:
        return tuple.__class_getitem__(arms)
    if get_origin(hint) is UnionType:
        return reduce(or_, arms)
    kind = Positive if hint is float and bounds.get("gt") == 0 else hint
    return Annotated[kind, Field(**bounds)] if hint in (int, float) else hint


def settings_table(settings: type) -> type[Table]:
    """A table with the fields of a strategy's frozen `Settings`."""
    hints = get_type_hints(settings)
    columns: dict[str, Any] = {
        field.name: (
            _bounded(hints[field.name], field.metadata["bounds"]),
            Field(default=field.default, description=field.metadata["help"]),
        )
        for field in fields(settings)
    }
    return create_model("Settings", __base__=Table, __module__=settings.__module__, **columns)


def _validated(settings: type) -> Any:
    """A type whose input is a table and whose result is the strategy's own dataclass."""
    return Annotated[
        settings_table(settings),
        AfterValidator(lambda table: settings(**{name: getattr(table, name) for name in table.model_fields_set})),
    ]


def _named(tables: Table) -> dict[str, Any]:
    """Strategy name → settings, of the strategies that the file mentions."""
    names = type(tables).model_fields
    return {str(names[field].alias): getattr(tables, field) for field in tables.model_fields_set}


def _plain(settings: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        name: {key: value for key, value in asdict(own).items() if value is not None} for name, own in settings.items()
    }


def _by_name() -> Any:
    """A table of the settings of all strategies that are known now."""
    columns: dict[str, Any] = {
        name.replace("-", "_"): (
            _validated(module.Settings),
            Field(default_factory=lambda: None, alias=name, description=str(module.__doc__).strip().partition("\n")[0]),
        )
        for name, module in STRATEGIES.items()
    }
    table = create_model("Strategies", __base__=Table, **columns)
    return Annotated[table, AfterValidator(_named), PlainSerializer(_plain)]


StrategySettings = Annotated[dict[str, Any], GetPydanticSchema(lambda _, schema: schema(_by_name()))]
"""A table of tables in, strategy name → instance of that strategy's `Settings` out.

A model with such a field knows the strategies that there were when it was built.
"""


def describe_settings(settings: type) -> list[tuple[str, str, str]]:
    """Name, default and meaning of each setting; a default that depends on the account is explained by the meaning."""
    return [(field.name, _shown(field.default), field.metadata["help"]) for field in fields(settings)]


def _shown(default: Any) -> str:
    if default is None:
        return "-"
    return "[]" if default == () else str(default).lower() if isinstance(default, bool) else str(default)
