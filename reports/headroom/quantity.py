"""A number of a scenario that can be moved: a setting of a contender's, or a key by its dotted name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args, get_type_hints

from reports.headroom.idle import refuse_idle
from scenarios.errors import BadInput
from scenarios.formats.quoted import printable, unknown
from scenarios.runs import account_of, planned
from scenarios.schema.model import Scenario
from scenarios.schema.scenario_file import changed
from strategies.registry import STRATEGIES

Path_ = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Quantity:
    """Where a number stands in a scenario, and what it is there; None where the scenario leaves it open."""

    name: str
    path: Path_
    present: float | None
    is_whole: bool

    def of(self, scenario: Scenario, value: float) -> Scenario:
        """The scenario with that value instead, checked as any other. Raises BadInput."""
        exact = int(value) if self.is_whole else float(value)
        table = _replaced(scenario.model_dump(by_alias=True, exclude_unset=True), self.path, exact)
        return changed(table, scenario.name)


def quantity_of(scenario: Scenario, contender: str, name: str) -> Quantity:
    """A name with dots, or at the top of a scenario, is a key; any other is a setting. Raises BadInput."""
    refuse_idle(scenario, contender, name)
    own = f"{scenario.table_of(contender)}."
    if name.startswith(own):
        return replace(_setting(scenario, contender, name.removeprefix(own)), name=name)
    is_key = "." in name or name in Scenario.model_fields
    return _key(scenario, name) if is_key else _setting(scenario, contender, name)


def _setting(scenario: Scenario, contender: str, name: str) -> Quantity:
    strategy = scenario.strategy_of(contender)
    own = STRATEGIES[strategy].Settings
    kinds = {one: kind for one, hint in get_type_hints(own).items() if (kind := _kind(hint)) is not None}
    if name not in kinds:
        raise BadInput(f"--setting {printable(name)}: {_not_a_number(contender, name, get_type_hints(own), kinds)}")
    path = (*scenario.table_of(contender).split(".", 1), name)
    return Quantity(name, path, _resolved(scenario, contender, name), kinds[name] is int)


def _kind(hint: Any) -> type | None:
    """Whether a setting is a whole number or any, perhaps none; None for what is no number."""
    kinds = set(get_args(hint) or (hint,)) - {type(None)}
    return next((kind for kind in (int, float) if kinds == {kind}), None)


def _not_a_number(contender: str, name: str, known: Mapping[str, Any], kinds: Mapping[str, type]) -> str:
    numbers = f"numbers of {contender} are {', '.join(kinds)}"
    return f"is no number; {numbers}" if name in known else f"{unknown('setting', printable(name), [*kinds])}"


def _resolved(scenario: Scenario, contender: str, name: str) -> float | None:
    """As it is set, or what the account makes of it."""
    settings = scenario.settings_of(contender)
    plan = planned(scenario.strategy_of(contender), settings, account_of(scenario))
    return next((value for one in (settings, plan.settings) if (value := getattr(one, name, None)) is not None), None)


def _key(scenario: Scenario, name: str) -> Quantity:
    value: Any = scenario.model_dump(by_alias=True)
    path: Path_ = ()
    for part in name.split("."):
        step = _step(value, part, name)
        path, value = (*path, step), value[step]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadInput(f"--setting {printable(name)}: is no number")
    return Quantity(name, path, value, isinstance(value, int))


def _step(inside: Any, part: str, name: str) -> str | int:
    """The key in a table, or the place in an array, by its number or by a workload's name or lane. Raises BadInput."""
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
        raise BadInput(f"--setting {printable(name)}: the scenario does not have it")
    raise BadInput(f"--setting {printable(name)}: {unknown('key', printable(part), known)}")


def _is_called(part: str, place: int, item: Any) -> bool:
    return part == str(place) or (isinstance(item, Mapping) and part == item.get("name"))


def _is_of_lane(part: str, _place: int, item: Any) -> bool:
    return isinstance(item, Mapping) and part == item.get("lane")


def _words(item: Any) -> list[str]:
    return [item[key] for key in ("name", "lane") if item.get(key)] if isinstance(item, Mapping) else []


def _replaced(table: Any, path: Path_, value: float) -> Any:
    """The same tables and arrays, with another value at the end of the path."""
    if not path:
        return value
    first, *rest = path
    if isinstance(first, int):
        return tuple(_replaced(one, tuple(rest), value) if place == first else one for place, one in enumerate(table))
    return {**(table or {}), first: _replaced((table or {}).get(first), tuple(rest), value)}
