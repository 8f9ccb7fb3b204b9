"""Keys with dots: where a value stands in nested tables, and the same tables with another value there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scenarios.errors import BadInput
from scenarios.formats.quoted import printable, unknown

Place = tuple[str | int, ...]
"""Keys of tables and places in arrays, the outermost first."""


def found(tables: Any, name: str, option: str) -> tuple[Place, Any]:
    """The place that a dotted name leads to, such as `workload.0.messages`, and what stands there.

    An item of an array goes by its number, or by its name or lane where only one has that. Raises BadInput, which
    begins with the option and the name.
    """
    value, place = tables, Place()
    for part in name.split("."):
        step = _step(value, part, f"{option} {printable(name)}")
        place, value = (*place, step), value[step]
    return place, value


def _step(inside: Any, part: str, told: str) -> str | int:
    if isinstance(inside, Mapping) and part in inside:
        return part
    known = [*inside] if isinstance(inside, Mapping) else []
    if isinstance(inside, Sequence) and not isinstance(inside, str):
        for is_meant in (_is_called, _is_of_lane):  # a name is one workload's, and comes before a lane's
            places = [place for place, one in enumerate(inside) if is_meant(part, place, one)]
            if len(places) == 1:
                return places[0]
        known = [word for place, one in enumerate(inside) for word in (str(place), *_words(one))]
    if not known:
        raise BadInput(f"{told}: the scenario does not have it")
    raise BadInput(f"{told}: {unknown('key', printable(part), known)}")


def _is_called(part: str, place: int, item: Any) -> bool:
    return part == str(place) or (isinstance(item, Mapping) and part == item.get("name"))


def _is_of_lane(part: str, _place: int, item: Any) -> bool:
    return isinstance(item, Mapping) and part == item.get("lane")


def _words(item: Any) -> list[str]:
    return [item[key] for key in ("name", "lane") if item.get(key)] if isinstance(item, Mapping) else []


def with_value(tables: Any, place: Place, value: Any, resolved: Any) -> Any:
    """The same tables and arrays, with this value at the place; tables that are not there are made.

    `resolved` are the tables with every default. A law such as { median_ms, p99_ms } is nothing by halves: where it is
    not told, its other numbers are the default's.
    """
    if not place:
        return value
    first, *rest = place
    if isinstance(first, int):
        return tuple(
            with_value(one, tuple(rest), value, whole) if at == first else one
            for at, (one, whole) in enumerate(zip(tables, resolved, strict=True))
        )
    own = tables if tables is not None else resolved if _is_law(resolved) else {}
    inside = resolved.get(first) if isinstance(resolved, Mapping) else None
    return {**own, first: with_value(own.get(first), tuple(rest), value, inside)}


def _is_law(table: Any) -> bool:
    return isinstance(table, Mapping) and all(key.endswith("_ms") for key in table)
