"""A number of a scenario that can be moved: a setting of a contender's, or a key by its dotted name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, get_args, get_type_hints

from reports.headroom.idle import refuse_idle
from scenarios.errors import BadInput
from scenarios.formats.dotted import Place, with_value
from scenarios.formats.quoted import printable, unknown
from scenarios.runs import account_of, planned
from scenarios.schema.model import Scenario
from scenarios.schema.scenario_file import changed, key_of
from strategies.registry import STRATEGIES


@dataclass(frozen=True, slots=True)
class Quantity:
    """Where a number stands in a scenario, and what it is there; None where the scenario leaves it open."""

    name: str
    place: Place
    present: float | None
    is_whole: bool

    def of(self, scenario: Scenario, value: float) -> Scenario:
        """The scenario with that value instead, checked as any other. Raises BadInput."""
        exact = int(value) if self.is_whole else float(value)
        told, resolved = (scenario.model_dump(by_alias=True, exclude_unset=unset) for unset in (True, False))
        table = with_value(told, self.place, exact, resolved)
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
    place = (*scenario.table_of(contender).split(".", 1), name)
    return Quantity(name, place, _resolved(scenario, contender, name), kinds[name] is int)


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
    place, value = key_of(scenario, name, "--setting")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadInput(f"--setting {printable(name)}: is no number")
    return Quantity(name, place, value, isinstance(value, int))
