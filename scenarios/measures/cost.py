"""What a run costs: usage as AWS bills it, times dated prices."""

from __future__ import annotations

import datetime as dt
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from scenarios.errors import BadInput
from scenarios.figures import USAGE
from scenarios.schema.complaints import complaint
from scenarios.schema.files import frozen
from scenarios.schema.prices import KINDS, Price, PriceTables
from scenarios.system.reading import read_text

T = TypeVar("T")
PRICES = Path(__file__).with_name("prices.toml")


@dataclass(frozen=True, slots=True)
class Prices:
    """What a unit of each kind costs, valid on a day in a region."""

    as_of: dt.date
    region: str
    by_kind: Mapping[str, Price]

    def replaced(self, others: Mapping[str, Price]) -> Prices:
        """The same with these prices instead."""
        return replace(self, by_kind={**self.by_kind, **others})


def cost(usage: Mapping[str, float], prices: Prices) -> float:
    """Dollars for a run's usage, of which only what AWS bills costs anything.

    Free tiers are left out: a second campaign of the month would not enjoy them.
    """
    return math.fsum(usage.get(kind, 0.0) * prices.by_kind[kind].usd_per_unit for kind in USAGE)


def load_prices(path: Path | None = None) -> Prices:
    """Read a price file, ours when none is named. Raises `BadInput`."""
    path = path or PRICES
    table = _table(path)
    return Prices(
        as_of=_header(path, table, "as_of", dt.date, "a date such as 2026-07-22"),
        region=_header(path, table, "region", str, 'a region such as "us-east-1"'),
        by_kind=_by_kind(path, {key: value for key, value in table.items() if key not in ("as_of", "region")}),
    )


def _table(path: Path) -> dict[str, Any]:
    try:
        return {key: frozen(value) for key, value in tomllib.loads(read_text(path)).items()}
    except OSError as error:
        raise BadInput(f"{path}: cannot read the prices: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:  # of TOML and of UTF-8
        raise BadInput(f"{path}: not a TOML file: {' '.join(str(error).split())}") from error


def _header(path: Path, table: Mapping[str, Any], key: str, kind: type[T], right: str) -> T:
    value = table.get(key)
    if not isinstance(value, kind) or not value:
        raise BadInput(f"{path}: {key} = {value!r}: expected {right}")
    return value


def _by_kind(path: Path, tables: dict[str, Any]) -> dict[str, Price]:
    """All of them, each with its source."""
    try:
        prices = TypeAdapter[dict[str, Price]](PriceTables).validate_python(tables)
    except ValidationError as error:
        raise BadInput(f"{path}: {complaint(error, tables)}") from error
    for kind in KINDS:
        if kind not in prices or prices[kind].source is None:
            missing = f"{kind}.source" if kind in prices else kind
            raise BadInput(f"{path}: {missing}: is required")
    return prices
