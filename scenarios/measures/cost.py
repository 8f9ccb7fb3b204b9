"""What a run costs: usage as AWS bills it, times dated prices."""

from __future__ import annotations

import datetime as dt
import math
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from scenarios.errors import BadInput
from scenarios.figures import USAGE
from scenarios.system.reading import read_text

T = TypeVar("T")
PRICES = Path(__file__).with_name("prices.toml")


@dataclass(frozen=True, slots=True)
class Prices:
    """Dollars per unit of each kind of usage, valid on a day in a region."""

    as_of: dt.date
    region: str
    usd_per_unit: Mapping[str, float]
    source: Mapping[str, str]


def cost(usage: Mapping[str, float], prices: Prices) -> float:
    """Dollars for a run's usage, of which only what AWS bills costs anything.

    Free tiers are left out: a second campaign of the month would not enjoy them.
    """
    return math.fsum(usage.get(kind, 0.0) * usd for kind, usd in prices.usd_per_unit.items())


def load_prices(path: Path | None = None) -> Prices:
    """Read a price file, ours when none is named. Raises `BadInput`."""
    path = path or PRICES
    table = _table(path)
    _no_strangers(path, table, ("as_of", "region", *USAGE))
    return Prices(
        as_of=_header(path, table, "as_of", dt.date, "a date such as 2026-07-22"),
        region=_header(path, table, "region", str, 'a region such as "us-east-1"'),
        usd_per_unit={kind: _usd_per_unit(path, table, kind) for kind in USAGE},
        source={kind: _source(path, table, kind) for kind in USAGE},
    )


def _table(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(read_text(path))
    except OSError as error:
        raise BadInput(f"{path}: cannot read the prices: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:  # of TOML and of UTF-8
        raise BadInput(f"{path}: not a TOML file: {' '.join(str(error).split())}") from error


def _no_strangers(path: Path, table: Mapping[str, Any], known: tuple[str, ...], where: str = "") -> None:
    for key, value in table.items():
        if key not in known:
            raise BadInput(f"{path}: {where}{key} = {value!r}: unknown key, expected one of {', '.join(known)}")


def _header(path: Path, table: Mapping[str, Any], key: str, kind: type[T], right: str) -> T:
    value = table.get(key)
    if not isinstance(value, kind) or not value:
        raise BadInput(f"{path}: {key} = {value!r}: expected {right}")
    return value


def _price(path: Path, table: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    price = table.get(kind)
    if not isinstance(price, dict):
        raise BadInput(f"{path}: {kind} = {price!r}: expected a table with usd, per and source")
    _no_strangers(path, price, ("usd", "per", "source"), f"{kind}.")
    return price


def _usd_per_unit(path: Path, table: Mapping[str, Any], kind: str) -> float:
    price = _price(path, table, kind)
    usd, per = (_number(path, f"{kind}.{key}", price.get(key)) for key in ("usd", "per"))
    if per == 0:
        raise BadInput(f"{path}: {kind}.per = {price['per']!r}: expected a number above 0")
    return usd / per


def _number(path: Path, key: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= sys.float_info.max:
        raise BadInput(f"{path}: {key} = {value!r}: expected a finite number, at least 0")
    return float(value)


def _source(path: Path, table: Mapping[str, Any], kind: str) -> str:
    key = f"{kind}.source"
    return _header(path, {key: table[kind].get("source")}, key, str, "where the price is from")
