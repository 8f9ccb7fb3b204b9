"""Contenders of a scenario's own: a strategy with other settings, under a name."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import reduce
from operator import or_
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, GetPydanticSchema, PlainSerializer, StringConstraints, create_model

from scenarios.entry import USERS
from scenarios.schema.settings import settings_table
from scenarios.schema.tables import Table, wrong
from strategies.registry import STRATEGIES

NAME = r"^[A-Za-z][A-Za-z0-9-]{0,31}$"  # it becomes part of files' names, and of thresholds


@dataclass(frozen=True, slots=True)
class Variant:
    """A strategy by name, and those of its settings that the variant sets otherwise than the scenario does."""

    strategy: str
    changes: Mapping[str, Any] = field(default_factory=dict)

    def of(self, settings: Any) -> Any:
        """The strategy's settings with these changes."""
        return replace(settings, **self.changes)


def _columns(strategy: str) -> dict[str, Any]:
    named = (Literal[strategy], Field(description="the strategy that it is a variant of"))
    return {"strategy": named}


def _table(strategy: str) -> type[Table]:
    """A strategy's settings as a table that names the strategy as well."""
    own = settings_table(STRATEGIES[strategy].Settings)
    return create_model("Variant", __base__=own, __module__=own.__module__, **_columns(strategy))


def _read(table: Any) -> Variant:
    """In the order in which the strategy declares them: what is kept must be the same bytes in every process."""
    names = [name for name in type(table).model_fields if name in table.model_fields_set and name != "strategy"]
    return Variant(table.strategy, {name: getattr(table, name) for name in names})


def _any() -> Any:
    """A variant of any strategy that is known now."""
    tables = reduce(or_, map(_table, STRATEGIES))
    return Annotated[Annotated[tables, Field(discriminator="strategy")], AfterValidator(_read)]


def _plain(variants: Mapping[str, Variant]) -> dict[str, dict[str, Any]]:
    return {name: {"strategy": one.strategy, **_set(one)} for name, one in variants.items()}


def _set(variant: Variant) -> dict[str, Any]:
    return {name: value for name, value in asdict(variant)["changes"].items() if value is not None}


def _by_name() -> Any:
    named = dict.__class_getitem__((Annotated[str, StringConstraints(pattern=NAME)], _any()))
    return Annotated[named, PlainSerializer(_plain)]


Variants = Annotated[dict[str, Variant], GetPydanticSchema(lambda _, schema: schema(_by_name()))]
"""A table of tables in, name → `Variant` out. A model with such a field knows the strategies of when it was built."""


def refuse_taken(variants: Collection[str]) -> None:
    """Raises what a validator may raise if one is called like a strategy, a load test's user or another one.

    Where stacks name parts, neither case nor dashes count, and on some machines files of two cases are one.
    """
    known = {_bare(name): name for name in (*STRATEGIES, *USERS)}
    for name in variants:
        if name in known.values():
            raise wrong(("variants", name), f"must have a name of its own: {name} is a sender already")
        if (like := known.setdefault(_bare(name), name)) != name:
            raise wrong(("variants", name), f"must differ from {like} in more than case and dashes")


def _bare(name: str) -> str:
    return name.replace("-", "").lower()
